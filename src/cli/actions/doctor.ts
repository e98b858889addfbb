import { diagnose, type FindingOutcome } from '../../app/index.ts'
import { SanjhaError } from '../../core/index.ts'
import type { CliContext } from '../CliContext.ts'

const marks: Record<FindingOutcome, string> = { ok: '✓', warning: '!', problem: '✗', skipped: '-' }

export async function runDoctor(context: CliContext, offline: boolean): Promise<void> {
  const sanjha = await context.openApp()
  const { out, signal } = context
  const findings = []
  for await (const finding of diagnose(sanjha, { offline: offline || sanjha.config.network.offline, signal })) {
    findings.push(finding)
    if (out.json) continue
    out.line(`${marks[finding.outcome]} ${finding.title}: ${finding.message}`)
    if (finding.remedy !== undefined) out.line(`  → ${finding.remedy}`)
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
