interface ParsedVersion {
  readonly epoch: number
  readonly release: readonly number[]
  /** Rank of a, b, rc (0, 1, 2) and number; null for a version that is no pre-release. */
  readonly pre: readonly [number, number] | null
  readonly post: number | null
  readonly dev: number | null
}

const pattern =
  /^v?(?:(\d+)!)?(\d+(?:\.\d+)*)(?:[-_.]?(alpha|beta|preview|pre|rc|a|b|c)[-_.]?(\d*))?(?:-(\d+)|[-_.]?(?:post|rev|r)[-_.]?(\d*))?(?:[-_.]?dev[-_.]?(\d*))?(?:\+[a-z0-9._-]+)?$/i

function parse(text: string): ParsedVersion | undefined {
  const match = pattern.exec(text.trim())
  if (match === null) return undefined
  const [whole, epoch, release = '', pre, preNumber, dashPost, post, dev] = match
  const rank = pre === undefined ? null : ({ a: 0, b: 1 }[pre[0]!.toLowerCase()] ?? 2)
  const hasPost = dashPost !== undefined || post !== undefined
  return {
    epoch: Number(epoch ?? 0),
    release: release.split('.').map(Number),
    pre: rank === null ? null : [rank, Number(preNumber || 0)],
    post: hasPost ? Number(dashPost ?? (post || 0)) : null,
    dev: dev === undefined || !/dev/i.test(whole) ? null : Number(dev || 0),
  }
}

/** Order of two Python versions (PEP 440); versions that are not of that form come first. Local labels are ignored. */
export function comparePythonVersions(a: string, b: string): number {
  const [x, y] = [parse(a), parse(b)]
  if (x === undefined || y === undefined) return Number(x !== undefined) - Number(y !== undefined)
  const [kx, ky] = [key(x), key(y)]
  for (let i = 0; i < Math.max(kx.length, ky.length); i++) {
    const difference = (kx[i] ?? 0) - (ky[i] ?? 0)
    if (difference !== 0) return Math.sign(difference)
  }
  return 0
}

/** True for alphas, betas, release candidates and development versions. */
export function isPythonPreRelease(version: string): boolean {
  const parsed = parse(version)
  return parsed === undefined || parsed.pre !== null || parsed.dev !== null
}

/** Numbers that compare as the version does. A development version comes before everything of its release. */
function key({ epoch, release, pre, post, dev }: ParsedVersion): number[] {
  const padded = Array.from({ length: 12 }, (_, i) => release[i] ?? 0)
  const preRank = pre !== null ? pre[0] : post === null && dev !== null ? -1 : 3
  return [
    epoch,
    ...padded,
    preRank,
    pre?.[1] ?? 0,
    post === null ? -1 : post,
    dev === null ? Number.MAX_SAFE_INTEGER : dev,
  ]
}
