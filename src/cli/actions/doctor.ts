import { type Diagnosis, diagnose, type FindingOutcome, type Sanjha } from '../../app/index.ts'
import { SanjhaError } from '../../core/index.ts'
import type { CliContext } from '../CliContext.ts'

const marks: Record<FindingOutcome, string> = { ok: '✓', warning: '!', problem: '✗', skipped: '-' }

export async function runDoctor(context: CliContext, offline: boolean): Promise<void> {
  const { out, signal } = context
  const findings: Diagnosis[] = []
  for await (const finding of examine(context, offline)) {
    signal.throwIfAborted()
    findings.push(finding)
    if (out.json) continue
    out.line(`${marks[finding.outcome]} ${finding.title}: ${finding.message}`)
    if (finding.remedy !== undefined) out.line(`  → ${out.typeable(finding.remedy)}`)
  }
  if (out.json) out.document(findings)
  const problems = findings.filter((finding) => finding.outcome === 'problem')
  if (problems.length > 0 && !out.json) {
    throw new SanjhaError(
      'conflict',
      `${problems.length} ${problems.length === 1 ? 'thing has' : 'things have'} to be mended: ${problems.map((finding) => finding.title).join(', ')}.`,
    )
  }
  if (problems.length > 0) context.fail()
}

/** A home that cannot even be opened is what a doctor is called for. */
async function* examine(context: CliContext, offline: boolean): AsyncGenerator<Diagnosis> {
  let sanjha: Sanjha
  try {
    sanjha = await context.openApp()
  } catch (error) {
    const { message, hint } = SanjhaError.from(error)
    yield {
      id: 'home',
      title: 'Home',
      outcome: 'problem',
      message,
      remedy: hint ?? 'Mend that first: the other checks need it. SANJHA_HOME chooses another folder.',
    }
    return
  }
  yield* diagnose(sanjha, { offline: offline || sanjha.config.network.offline, signal: context.signal })
}
