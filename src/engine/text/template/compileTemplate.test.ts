import { describe, expect, it } from 'vitest'
import { SanjhaError } from '../../../core/index.ts'
import { compileTemplate } from './compileTemplate.ts'
import { templateLimits } from './limits.ts'

const now = (): Date => new Date(2026, 1, 3, 4, 5, 6)
const render = (source: string, variables: Record<string, unknown> = {}): string =>
  compileTemplate(source, now).render(variables)

function errorOf(source: string, variables: Record<string, unknown> = {}): SanjhaError {
  try {
    compileTemplate(source, now, { ...templateLimits, milliseconds: 2_000 }).render(variables)
  } catch (error) {
    if (SanjhaError.is(error)) return error
    throw error
  }
  throw new Error('no error')
}

describe('compileTemplate', () => {
  it('renders, with today’s date in English', () => {
    expect(
      render('{% for m in messages %}{{ m.role }}:{{ m.content | trim }};{% endfor %}', {
        messages: [{ role: 'user', content: ' a ' }],
      }),
    ).toBe('user:a;')
    expect(render("{{ strftime_now('%d %b %Y, %B %-d, %A %H:%M:%S %%Q') }}")).toBe(
      '03 Feb 2026, February 3, Tuesday 04:05:06 %Q',
    )
    expect(render('{{ range(3) | join(",") }} {{ range(6, 0, -2) | join(",") }}')).toBe('0,1,2 6,4,2')
    expect(render('{{ x is defined }}', { x: undefined })).toBe('false')
  })

  it('takes what is not defined as Python does', () => {
    expect(
      render(
        '[{{ x | trim }}{{ x | length }}{% for a in x %}!{% endfor %}{{ x | join(",") }}{{ x | upper }}{% for a in x | list %}!{% endfor %}]',
      ),
    ).toBe('[0]')
    expect(render('{% set m = {"a": 1} %}{{ m[x] is defined }}')).toBe('false')
    expect(errorOf('{{ x + 1 }}').code).toBe('invalid_file')
  })

  it('knows Python’s string methods with their arguments', () => {
    expect(
      render(
        "[{{ ' \\n a \\n'.strip('\\n') }}|{{ '\\n\\n a'.lstrip('\\n') }}|{{ 'xya'.lstrip('yx') }}|{{ ' a '.strip() }}]",
      ),
    ).toBe('[ \n a |\u0020a|a|a]')
    expect(
      render(
        "{{ '<{}:{}>{{}}{0}'.format('a', 2) }} {{ 'abab'.count('ab') }} {{ 'ab'.find('b') }} {{ 'abc'.removeprefix('a').removesuffix('c') }}",
      ),
    ).toBe('<a:2>{}a 2 1 b')
    expect(render("{% if '12'.isdigit() and not 'x'.isdigit() %}yes{% endif %}{{ {'count': 3}.count }}")).toBe('yes3')
  })

  it('tells what the template refuses', () => {
    const error = errorOf("{{ raise_exception('no system role, please') }}")
    expect(error.code).toBe('invalid_request')
    expect(error.message).toContain('no system role, please')
  })

  it.each([
    ['not a template', '{% for %}'],
    ['unfinished', '{{ "a'],
    ['an unknown filter', '{{ "a" | shell }}'],
    ['an unknown function', '{{ open("x") }}'],
    [
      'nested loops',
      '{% for a in range(9999) %}{% for b in range(9999) %}{% for c in range(9999) %}x{% endfor %}{% endfor %}{% endfor %}',
    ],
    ['an endless range', '{% for a in range(1000000000000) %}x{% endfor %}'],
    ['a range without step', '{{ range(1, 2, 0) }}'],
    ['doubling', `{% set n = namespace(s="xxxxxxxxxx") %}${'{% set n.s = n.s + n.s %}'.repeat(60)}{{ n.s }}`],
    [
      'doubling a list',
      `{% set n = namespace(s=[1,2,3]) %}${'{% set n.s = n.s + n.s %}'.repeat(60)}{{ n.s | length }}`,
    ],
    ['endless recursion', '{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}'],
    [
      'recursion in two branches',
      '{% macro f(n) %}{% if n > 0 %}{{ f(n - 1) }}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(60) }}',
    ],
    ['deep brackets', `{{ ${'('.repeat(20000)}1${')'.repeat(20000)} }}`],
    ['deep lists', `{{ ${'['.repeat(20000)}${']'.repeat(20000)} }}`],
    ['wide indentation', '{{ "a\nb" | indent(1000000000) }}'],
    ['computed indentation', '{{ "a\nb" | indent(10 ** 9) }}'],
    ['wide JSON', '{{ [1] | tojson(indent=1000000000) }}'],
    ['a long join', '{% set s = "x" * 5 %}{{ range(9999) | join(range(9999) | join(range(9999) | join("y"))) }}'],
    [
      'JSON of shared parts',
      `{% set n = namespace(s=[1, 2]) %}${'{% set n.s = [n.s, n.s] %}'.repeat(60)}{{ n.s | tojson | length }}`,
    ],
    [
      'text of shared parts',
      `{% set n = namespace(s={"a": 1}) %}${'{% set n.s = {"a": n.s, "b": n.s} %}'.repeat(60)}{{ n.s ~ "" }}`,
    ],
    [
      'shared namespaces',
      `{% set n0 = namespace(a=1) %}${Array.from({ length: 60 }, (_, index) => `{% set n${index + 1} = namespace() %}{% set n${index + 1}.a = n${index} %}{% set n${index + 1}.b = n${index} %}`).join('')}{{ n60 | string }}`,
    ],
    ['a namespace inside itself', '{% set n = namespace() %}{% set n.n = n %}{{ n.n ~ "" }}'],
    [
      'a long list of long texts',
      '{% set n = namespace(s="xxxxxxxxxxxxxxxx", m=[]) %}{% for i in range(15) %}{% set n.s = n.s + n.s %}{% endfor %}{% for i in range(9000) %}{% set n.m = n.m + [n.s] %}{% endfor %}{{ n.m | tojson | length }}',
    ],
    [
      'a growing replace',
      '{% set n = namespace(s="a") %}{% for i in range(30) %}{% set n.s = n.s.replace("a", "aaaaaaaaaaaaaaaa") %}{% endfor %}{{ n.s }}',
    ],
  ])('ends %s with an error', (_, source) => {
    const error = errorOf(source)
    expect(error.code).toBe('invalid_file')
    expect(error.message).toContain('chat template')
    expect(error.message.length).toBeLessThan(400)
  })

  it('refuses templates beyond the size limit', () => {
    expect(errorOf(' '.repeat(templateLimits.templateLength + 1)).code).toBe('invalid_file')
  })

  it.each([
    '{{ x.constructor }}',
    '{{ x["__proto__"] }}',
    '{{ x.constructor.constructor("return process")() }}',
    '{{ "a".constructor }}',
    '{{ "a"["constructor"]("b") }}',
    '{{ [].constructor }}',
    '{{ messages.__class__ }}',
    '{{ strftime_now.constructor("return globalThis")() }}',
    '{{ globalThis }}{{ process }}{{ this }}{{ require }}',
    '{{ namespace().__proto__ }}',
  ])('gives no way out: %s', (source) => {
    let text = ''
    try {
      text = render(source, { x: { a: 1 }, messages: [] })
    } catch (error) {
      expect(SanjhaError.is(error)).toBe(true)
    }
    expect(text).not.toMatch(/function|object|native|\w\(/i)
  })

  it('leaves what it was given as it was', () => {
    const messages = [{ role: 'user', content: 'a' }]
    render('{% set n = namespace(messages[0]) %}{% set n.role = "b" %}{% set messages = [] %}', { messages })
    expect(messages).toEqual([{ role: 'user', content: 'a' }])
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
    render('{{ x }}', { x: JSON.parse('{"__proto__": {"polluted": 1}}') })
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
  })

  it('has room for long chats', () => {
    const messages = Array.from({ length: 4000 }, (_, index) => ({
      role: index % 2 ? 'assistant' : 'user',
      content: 'x'.repeat(500),
    }))
    const text = render(
      '{% for m in messages %}<{{ m.role }}>{% if m.tool_calls is defined %}!{% endif %}{{ m.content }}{% endfor %}',
      { messages },
    )
    expect(text.length).toBeGreaterThan(2_000_000)
  })
})
