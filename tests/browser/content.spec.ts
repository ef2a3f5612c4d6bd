import { log, open, row } from './desk.ts';
import { expect, test } from './test.ts';

const HOSTILE = [
  '<img src=x onerror="document.title=\'taken\'">',
  '</script><script>document.title="taken"</script>',
  'javascript:document.title="taken"',
  '{{ title }} ${title} {@html title} <%= title %>',
  '<a href="javascript:alert(1)">click</a><style>*{display:none}</style>',
  '&lt;b&gt; &amp;amp; \u202Eright to left\u202C',
];

test('markup in texts, names and searches stays text', async ({ desk, system }) => {
  for (const text of HOSTILE) await system.receiveSms('+12065550123', text);
  const { conversations } = await system.api<{ conversations: { conversation_id: string }[] }>(
    'GET',
    '/api/conversations?filter=open',
  );
  await system.api('PATCH', `/api/conversations/${conversations[0]?.conversation_id ?? ''}`, {
    contact_name: '<b onmouseover=alert(1)>Eve</b>',
    previous_contact_name: null,
  });
  await expect(row(desk, /<b onmouseover=alert\(1\)>Eve<\/b>/)).toBeVisible();
  await open(desk, /Eve/);
  await expect(log(desk).locator('.bubble')).toHaveText(HOSTILE);
  await expect(log(desk).locator('img, script, a, style, b')).toHaveCount(0);
  await desk.getByRole('searchbox').fill('<img src=x onerror=alert(1)>');
  await expect(desk.getByText('No results for “<img src=x onerror=alert(1)>”.')).toBeVisible();
  await expect(desk).toHaveTitle('(1) Partyline');
});

test('markup stays text on the phone, too', async ({ page, system }) => {
  const phone = await system.addPhone('+12065550123', '<i>Eve</i>');
  for (const text of HOSTILE) await phone.sendText(text);
  await page.goto(system.link);
  await expect(page.frameLocator('iframe').getByRole('link', { name: /0123/ })).toBeVisible();
  const drawn = page.getByRole('article', { name: '<i>Eve</i>’s phone' });
  for (const text of HOSTILE) await expect(drawn.getByText(text, { exact: true })).toBeVisible();
});

test('a planted CSP violation is reported', async ({ desk, browserErrors }) => {
  await desk.evaluate(() => {
    const script = document.createElement('div');
    document.body.append(script);
    script.setAttribute('style', 'color: red');
    const image = new Image();
    image.src = 'https://example.com/pixel.png';
    document.body.append(image);
  });
  await expect.poll(() => browserErrors.join('\n')).toMatch(/policy: img-src forbids https:/);
  expect(browserErrors.join('\n')).toMatch(/policy: style-src-attr forbids inline/);

  browserErrors.length = 0;
  const refused = await desk.evaluate(() => {
    try {
      document.body.insertAdjacentHTML('beforeend', '<b>planted</b>');
      return 'taken';
    } catch (thrown) {
      return (thrown as Error).name;
    }
  });
  expect(refused).toBe('TypeError');
  await expect.poll(() => browserErrors.join('\n')).toMatch(/require-trusted-types-for/);
  browserErrors.length = 0;
});
