import { describe, expect, it } from 'vitest'
import { displayWidth, Output } from './Output.ts'

function capture(options: { tty?: boolean; quiet?: boolean; env?: Record<string, string> } = {}): {
  out: Output
  stdout: () => string
  stderr: () => string
} {
  const written = { stdout: '', stderr: '' }
  const stream = (name: 'stdout' | 'stderr') => ({
    isTTY: options.tty === true,
    columns: 40,
    write: (text: string) => {
      written[name] += text
    },
  })
  const out = new Output({
    stdout: stream('stdout'),
    stderr: stream('stderr'),
    env: options.env ?? {},
    quiet: options.quiet === true,
    json: false,
  })
  return { out, stdout: () => written.stdout, stderr: () => written.stderr }
}

describe('Output', () => {
  it('keeps data on stdout and talk on stderr', () => {
    const { out, stdout, stderr } = capture()
    out.line('data')
    out.talk('talk')
    out.warn('careful')
    expect(stdout()).toBe('data\n')
    expect(stderr()).toBe('talk\nWarning: careful\n')
  })

  it('is silent with --quiet, except for warnings and errors', () => {
    const { out, stderr } = capture({ quiet: true, tty: true })
    out.talk('talk')
    out.hint('hint')
    out.progress('50 %')
    out.error('broken')
    expect(stderr()).toContain('broken')
    expect(stderr()).not.toMatch(/talk|hint|50/)
  })

  it('writes no control sequence off a terminal or with NO_COLOR', () => {
    for (const { out, stdout, stderr } of [capture(), capture({ tty: true, env: { NO_COLOR: '1' } })]) {
      out.table(['A', 'B'], [['1', '2']])
      out.error('x')
      out.hint('y')
      expect(stdout() + stderr()).not.toContain('\u001b')
    }
    const { out, stderr } = capture()
    out.progress('50 %')
    expect(stderr()).toBe('')
  })

  it('aligns columns by what a terminal shows', () => {
    const { out, stdout } = capture()
    out.table(
      ['NAME', 'X'],
      [
        ['ਸਾਂਝਾ', '1'],
        ['日本', '2'],
      ],
    )
    const columns = stdout()
      .trimEnd()
      .split('\n')
      .map((line) => displayWidth(line))
    expect(new Set(columns).size).toBe(1)
  })

  it('clears the progress line before anything else is written, and cuts it to the width', () => {
    const { out, stderr } = capture({ tty: true })
    out.progress('x'.repeat(100))
    expect(displayWidth(stderr().replace(/^\r\u001b\[2K/, ''))).toBeLessThan(40)
    out.talk('done')
    expect(stderr()).toMatch(/\r\u001b\[2Kdone\n$/)
  })

  it('makes text from outside harmless', () => {
    const { out, stdout } = capture({ tty: true })
    out.line('\u001b]0;title\u0007')
    expect(stdout()).not.toContain('\u001b')
  })
})
