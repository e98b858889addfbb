import { expect, it } from 'vitest'
import { BlockSplitter } from './BlockSplitter.ts'
import { Effort } from './Effort.ts'
import { looksLikeMaths } from './maths.ts'
import { toHtml } from './toHtml.ts'

const html = (source: string) => toHtml(source, {}, 2, false).html.trim()

it.each([
  ['<script>alert(1)</script>', '&lt;script&gt;alert(1)&lt;/script&gt;'],
  ['a <img src=x onerror=alert(1)> b', '<p>a &lt;img src=x onerror=alert(1)&gt; b</p>'],
  ['H<sub>2</sub>O', '<p>H<sub>2</sub>O</p>'],
  ['<b onclick="x()">b</b>', '<p><b>b</b></p>'],
  ['[x](javascript:alert(1))', '<p>x <code>javascript:alert(1)</code></p>'],
  ['[x](/sanjha/v1/chats)', '<p>x <code>/sanjha/v1/chats</code></p>'],
  ['[x](https://bank.example@evil.example/)', '<p>x <code>https://bank.example@evil.example/</code></p>'],
  ['[x](https://example.org/a)', '<p><a href="https://example.org/a">x</a></p>'],
  ['![cat](https://example.org/c.png)', '<p><span data-image="https://example.org/c.png">cat</span></p>'],
  ['- [x] done\n- [ ] open', '<ul>\n<li>☑ done</li>\n<li>☐ open</li>\n</ul>'],
  ['~~gone~~', '<p><del>gone</del></p>'],
  ['`<b>`', '<p><code>&lt;b&gt;</code></p>'],
  ['\\(x^2\\) and $a_1$', '<p><span data-maths="inline">x^2</span> and <span data-maths="inline">a_1</span></p>'],
  ['$$\nx < y\n$$', '<div data-maths="block">x &lt; y</div>'],
  ['\\[ x \\]', '<div data-maths="block">x</div>'],
  ['It costs $5 and $6.', '<p>It costs $5 and $6.</p>'],
  ['`$x$` and \\$5', '<p><code>$x$</code> and $5</p>'],
])('%j', (source, expected) => expect(html(source)).toBe(expected))

it('headings leave out no rank, whatever the model chose', () => {
  expect(html('#### deep')).toBe('<h3 data-depth="4">deep</h3>')
  expect(toHtml('# top', {}, 3, false)).toMatchObject({ html: '<h3 data-depth="1">top</h3>', rank: 3 })
  expect(toHtml('###### six', {}, 3, false).rank).toBe(4)
})

it.each([
  ['x', true],
  ['2n', true],
  ['E = mc^2', true],
  ['\\frac{a}{b}', true],
  ['\\text{if so}', true],
  ['5, or 10', false],
  ['5 each - that is ', false],
  ['HOME/bin:', false],
])('%j: maths %s', (text, is) => expect(looksLikeMaths(text)).toBe(is))

it.each([
  ['a tag without end', '<b', ' '],
  ['comments without end', '', '<!--'],
  ['emphasis', '', '_a'],
  ['formulas without end', '', '\\[ '],
  ['lines that begin a formula', '', '\\[\n'],
  ['paragraphs', '', 'a\n\n'],
  ['definitions', Array.from({ length: 1000 }, (_, i) => `[a${i}]: http://x\n`).join(''), '\n[q]\n\n'],
])('four times as much of %s takes no sixteen times as long', (_, head, unit) => {
  const time = (length: number): number => {
    // Of this process alone: the machine may be busy with others.
    const start = process.cpuUsage()
    const text = head + unit.repeat(length / unit.length)
    const splitter = new BlockSplitter()
    const effort = new Effort()
    for (const { source } of splitter.update(text, false)) toHtml(source, splitter.links, 2, false, effort)
    const { user, system } = process.cpuUsage(start)
    return (user + system) / 1000
  }
  const best = (length: number): number => Math.min(time(length), time(length), time(length))
  expect(best(100_000)).toBeLessThan(300 + 8 * best(25_000))
})

it('leaves markup that would take too long as it was written, and says so', () => {
  const hostile = toHtml('_a'.repeat(10_000), {}, 2, false)
  expect(hostile).toMatchObject({ isLeft: true, html: `<p>${'_a'.repeat(10_000)}</p>\n` })
  expect(toHtml(`<b${' '.repeat(10_000)}`, {}, 2, false).isLeft).toBe(true)
  const long = toHtml('Some words, **bold** ones among them, and `code`. '.repeat(40), {}, 2, false)
  expect(long.isLeft).toBe(false)
  expect(long.html).toContain('<strong>bold</strong>')
})

it('what is drawn at once has one measure of effort', () => {
  const effort = new Effort()
  const left = Array.from({ length: 100 }, () => toHtml('*a* '.repeat(200), {}, 2, false, effort).isLeft)
  expect(left[0]).toBe(false)
  expect(left.at(-1)).toBe(true)
})
