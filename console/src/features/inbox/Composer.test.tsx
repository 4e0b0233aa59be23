import { screen } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { on, openPage, session, withServer } from '@/test/page';

const server = withServer();

describe('the canned replies', () => {
  it('are deleted by whoever answers people, as the server allows', async () => {
    const { rights } = session.roles.find(({ role }) => role === 'agent')!;
    const member = { ...session.member, role: 'agent' as const };
    server.use(on('get', '/session').answers(() => ({ ...session, rights, member })));
    sessionStorage.setItem('muster.draft.1.reply', JSON.stringify({ text: '/', entities: [] }));
    openPage('/inbox?c=1');
    expect(await screen.findByRole('button', { name: /^Delete \// })).toBeVisible();
  });
});
