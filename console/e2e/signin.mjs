/** A wrong password is said at its field; the email stays, and the password is what one types next. */
import { expect, picture, visit } from './browser.mjs';

export async function run(server, browser) {
  const { context, page } = await visit(browser);
  await page.goto(server.base);
  const email = page.getByRole('textbox', { name: 'Email' });
  const password = page.locator('input[type=password]');
  await email.fill('ada@example.com');
  await password.fill('not the one at all');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('Wrong email or password.').waitFor();
  expect((await email.inputValue()) === 'ada@example.com', 'the email stays');
  expect(
    await password.evaluate((field) => field === document.activeElement),
    'the password has the focus',
  );
  await picture(page, 'signin-wrong');
  await page.keyboard.type('a long enough password');
  await page.keyboard.press('Enter');
  await page.locator('.sidebar').waitFor();
  await context.close();
  console.log(JSON.stringify({ run: 'signin' }));
}
