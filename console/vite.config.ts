import path from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';
import { cascadeLayers } from './layers.ts';

/** Where `npm run dev` finds the server; the built bundle is served by it and needs no proxy. */
const server = process.env.VITE_SERVER ?? 'http://localhost:8080';

export default defineConfig({
  base: '/',
  plugins: [react(), cascadeLayers()],
  resolve: { alias: { '@': path.resolve(import.meta.dirname, 'src') } },
  // The service worker of the mocks must not be embedded in the binary.
  publicDir: process.env.VITE_MOCKS ? 'mocks-public' : 'public',
  build: {
    outDir: 'dist',
    sourcemap: false,
    target: 'es2022',
    cssCodeSplit: true,
    chunkSizeWarningLimit: 600,
  },
  server: {
    port: 5173,
    proxy: process.env.VITE_MOCKS ? {} : { '/api': { target: server, changeOrigin: true } },
  },
  test: {
    environment: 'jsdom',
    setupFiles: ['src/test/setup.ts'],
    include: ['src/**/*.test.{ts,tsx}'],
    css: false,
    // Three of the longest waits of src/test/setup.ts.
    testTimeout: 60_000,
  },
});
