/** A server and a sandbox of its own, empty as on the first day, for runs that need more or less than the demo has. */
import { execFile, spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { until } from './browser.mjs';

const root = path.resolve(import.meta.dirname, '../..');
const binary = path.resolve(root, process.env.E2E_BINARY ?? 'target/release/muster');
/** Beside the demo's two ports. */
const FIRST_PORT = Number(process.env.E2E_PORT ?? 18_080) + 2;

const answers = async (url) => {
  try {
    return (await fetch(url)).ok;
  } catch {
    return false;
  }
};

const ended = (child) =>
  new Promise((resolve) => {
    if (child.exitCode !== null) return resolve();
    child.on('exit', resolve);
    child.kill('SIGTERM');
  });

/**
 * Starts both. `owner_link` is the one-time link that makes the first account; `muster` runs a command beside them;
 * `populate` puts a sandbox with people in the place of the one that runs.
 */
export async function startServer({ people = 0, seed = 7, port = FIRST_PORT } = {}) {
  const data = fs.mkdtempSync(path.join(os.tmpdir(), 'muster-e2e-'));
  const [base, phone] = [`http://localhost:${port}`, `http://localhost:${port + 1}`];
  const token = '700001:AAF-e2e-sandbox-token';
  const env = {
    ...process.env,
    MUSTER_LISTEN: `127.0.0.1:${port}`,
    MUSTER_DATA_DIR: data,
    MUSTER_TELEGRAM__API_URL: phone,
  };
  const log = fs.openSync(path.join(data, 'log'), 'a');
  const said = () => fs.readFileSync(path.join(data, 'log'), 'utf8');
  const begin = (...args) => spawn(binary, args, { env, stdio: ['ignore', 'ignore', log] });
  let sandbox;
  const populate = async (count) => {
    if (sandbox) await ended(sandbox);
    sandbox = begin(
      'sandbox',
      '--port',
      String(port + 1),
      '--people',
      String(count),
      '--seed',
      String(seed),
      '--token',
      token,
    );
    await until(async () => {
      if (sandbox.exitCode !== null)
        throw new Error(`the sandbox ended before it was ready:\n${said()}`);
      return answers(`${phone}/sandbox/state`);
    }, 'the sandbox');
  };
  const server = begin('serve');
  const stop = async () => {
    await Promise.all([server, sandbox].filter(Boolean).map(ended));
    fs.rmSync(data, { recursive: true, force: true });
  };
  try {
    await populate(people);
    await until(async () => {
      if (server.exitCode !== null)
        throw new Error(`the server ended before it was ready:\n${said()}`);
      return answers(`${base}/readyz`);
    }, 'the server');
    const owner_link = /https?:\S+\/setup\/\S+/.exec(said())?.[0];
    const muster = async (...args) =>
      (await promisify(execFile)(binary, args, { env })).stdout.trim();
    return {
      base,
      phone,
      token,
      data,
      owner_link: owner_link?.replace('127.0.0.1', 'localhost'),
      muster,
      populate,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Makes the owner's account on its page, as the first visitor does. */
export async function makeOwner(page, server) {
  await page.goto(server.owner_link);
  await page.getByRole('textbox', { name: 'Your name' }).fill('Ada Owner');
  await page.getByRole('textbox', { name: 'Email' }).fill('ada@example.com');
  await page.locator('input[type=password]').fill('a long enough password');
  await page.locator('button[type=submit]').click();
  await page.waitForURL((url) => url.pathname === '/');
}

/** Speaks the API as a program does. */
export async function client(server) {
  const token = (await server.muster('token', 'create', 'e2e')).split(/\s/).at(-1);
  return async (method, path, body) => {
    const answer = await fetch(`${server.base}/api/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body ? { 'content-type': 'application/json' } : {}),
        ...(method === 'POST' ? { 'idempotency-key': crypto.randomUUID() } : {}),
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text.slice(0, 300)}`);
    return text ? JSON.parse(text) : null;
  };
}

/** One of the sandbox's people does something: start, write, press, block … */
export async function act(server, person, verb, body = {}) {
  const answer = await fetch(`${server.phone}/sandbox/people/${person}/${verb}`, {
    method: 'POST',
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`person ${person} cannot ${verb}: ${await answer.text()}`);
}

export async function sandboxPeople(server, narrow = '') {
  const text = await (await fetch(`${server.phone}/sandbox/people?${narrow}`)).text();
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}
