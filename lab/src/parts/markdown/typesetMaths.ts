import type Temml from 'temml'

let temml: typeof Temml | undefined
let loading: Promise<void> | undefined

/** Whether formulas can be set at once. */
export const canTypeset = (): boolean => temml !== undefined

/** Fetched when the first formula is seen. */
export function loadTypesetting(): Promise<void> {
  loading ??= import('temml').then(
    (module) => {
      temml = module.default
    },
    (error: unknown) => {
      loading = undefined
      throw error
    },
  )
  return loading
}

/** Puts MathML in the place of the TeX in `parent`. Who writes what cannot be read sees what was written. */
export function typesetMaths(parent: ParentNode): void {
  if (temml === undefined) return
  for (const formula of parent.querySelectorAll<HTMLElement>('[data-maths]')) {
    const tex = formula.textContent ?? ''
    const set = document.createElement('span')
    try {
      temml.render(tex, set, {
        displayMode: formula.dataset['maths'] === 'block',
        throwOnError: true,
        // It can neither link nor name nor dress anything, nor grow beyond reason.
        trust: false,
        maxSize: [20, 20],
        maxExpand: 200,
        annotate: true,
      })
      formula.replaceChildren(...set.childNodes)
      formula.className = 'md-maths'
    } catch {
      const code = document.createElement('code')
      code.textContent = tex
      formula.replaceChildren(code)
    }
    formula.removeAttribute('data-maths')
  }
}
