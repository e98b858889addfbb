/** Label names and values of one time series. */
export type Labels = Readonly<Record<string, string>>

export interface Counter {
  /** Adds `by` (≥ 0, default 1). */
  add(labels?: Labels, by?: number): void
}

export interface Gauge {
  set(value: number, labels?: Labels): void
  /** Forgets every series, so that what is gone (an unloaded model) is no longer reported. */
  clear(): void
}

export interface Histogram {
  observe(value: number, labels?: Labels): void
}

/** A registry of metrics, written out in the Prometheus text format (version 0.0.4). */
export interface Metrics {
  counter(name: string, help: string): Counter
  gauge(name: string, help: string): Gauge
  /** `buckets` are upper bounds, ascending; `+Inf` is added. */
  histogram(name: string, help: string, buckets: readonly number[]): Histogram
  /** Calls `work` before each exposition: the place to set gauges from what is true now. */
  onScrape(work: () => void): void
  render(): string
}

interface Family {
  readonly name: string
  readonly help: string
  readonly type: 'counter' | 'gauge' | 'histogram'
  lines(): Iterable<string>
}

/**
 * Our own registry: the text format is small, and the usual client library would add 100 ms to every start.
 * Asking twice for one name gives the same metric. Errors: throws when a name is taken by another type.
 */
export function createMetrics(): Metrics {
  const families = new Map<string, Family & { readonly handle: unknown }>()
  const scrapers: (() => void)[] = []

  function family<T>(name: string, type: Family['type'], make: () => Family & { readonly handle: T }): T {
    const existing = families.get(name)
    if (existing !== undefined) {
      if (existing.type !== type) throw new TypeError(`The metric ${name} is a ${existing.type} already.`)
      return existing.handle as T
    }
    const made = make()
    families.set(name, made)
    return made.handle
  }

  return {
    counter: (name, help) => family(name, 'counter', () => counterFamily(name, help)),
    gauge: (name, help) => family(name, 'gauge', () => gaugeFamily(name, help)),
    histogram: (name, help, buckets) => family(name, 'histogram', () => histogramFamily(name, help, buckets)),
    onScrape: (work) => {
      scrapers.push(work)
    },
    render: () => {
      for (const work of scrapers) work()
      const out: string[] = []
      for (const { name, help, type, lines } of families.values()) {
        out.push(`# HELP ${name} ${help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}`, `# TYPE ${name} ${type}`)
        out.push(...lines())
      }
      return `${out.join('\n')}\n`
    },
  }
}

function counterFamily(name: string, help: string): Family & { readonly handle: Counter } {
  const series = new Map<string, number>()
  const handle: Counter = {
    add: (labels, by = 1) => {
      if (!(by >= 0)) throw new RangeError(`A counter cannot fall (${name} by ${by}).`)
      const key = labelText(labels)
      series.set(key, (series.get(key) ?? 0) + by)
    },
  }
  return { name, help, type: 'counter', handle, lines: () => plainLines(name, series) }
}

function gaugeFamily(name: string, help: string): Family & { readonly handle: Gauge } {
  const series = new Map<string, number>()
  const handle: Gauge = {
    set: (value, labels) => {
      series.set(labelText(labels), value)
    },
    clear: () => series.clear(),
  }
  return { name, help, type: 'gauge', handle, lines: () => plainLines(name, series) }
}

function* plainLines(name: string, series: ReadonlyMap<string, number>): Iterable<string> {
  for (const [labels, value] of series) yield `${name}${labels && `{${labels}}`} ${numberText(value)}`
}

function histogramFamily(
  name: string,
  help: string,
  buckets: readonly number[],
): Family & { readonly handle: Histogram } {
  const bounds = [...buckets, Number.POSITIVE_INFINITY]
  const series = new Map<string, { readonly counts: number[]; sum: number; count: number }>()
  const handle: Histogram = {
    observe: (value, labels) => {
      if (!Number.isFinite(value)) return
      const key = labelText(labels)
      let entry = series.get(key)
      if (entry === undefined) {
        entry = { counts: bounds.map(() => 0), sum: 0, count: 0 }
        series.set(key, entry)
      }
      const index = bounds.findIndex((bound) => value <= bound)
      entry.counts[index]!++
      entry.sum += value
      entry.count++
    },
  }
  function* lines(): Iterable<string> {
    for (const [labels, entry] of series) {
      const prefix = labels && `${labels},`
      let cumulative = 0
      for (const [i, bound] of bounds.entries()) {
        cumulative += entry.counts[i]!
        yield `${name}_bucket{${prefix}le="${numberText(bound)}"} ${cumulative}`
      }
      yield `${name}_sum${labels && `{${labels}}`} ${numberText(entry.sum)}`
      yield `${name}_count${labels && `{${labels}}`} ${entry.count}`
    }
  }
  return { name, help, type: 'histogram', handle, lines }
}

function labelText(labels: Labels | undefined): string {
  if (labels === undefined) return ''
  let text = ''
  for (const name in labels) text += `${text && ','}${name}="${escapeValue(labels[name]!)}"`
  return text
}

function escapeValue(value: string): string {
  return /[\\"\n]/.test(value) ? value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n') : value
}

function numberText(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf'
  if (value === Number.NEGATIVE_INFINITY) return '-Inf'
  return String(value)
}
