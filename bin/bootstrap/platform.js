/** @type {'glibc' | 'musl' | undefined} */
let found

/**
 * The C library that this process was linked with. A program made for one does not start where there is only the other.
 * @returns {'glibc' | 'musl'} has a meaning on Linux only
 */
export function libc() {
  if (found) return found
  // Without this it would ask for the name of every open connection's other end.
  const report = /** @type {NodeJS.ProcessReport & { excludeNetwork?: boolean }} */ (process.report)
  const before = report.excludeNetwork
  report.excludeNetwork = true
  const { header } = /** @type {{ header: { glibcVersionRuntime?: string } }} */ (report.getReport())
  report.excludeNetwork = before ?? false
  found = header.glibcVersionRuntime ? 'glibc' : 'musl'
  return found
}

/**
 * What a binary must be made for to run here. A folder may be shared between machines, so what is kept in it carries this.
 * @returns {string} e.g. `linux-x64`, `linux-x64-musl`
 */
export function platformName() {
  const name = `${process.platform}-${process.arch}`
  return process.platform === 'linux' && libc() === 'musl' ? `${name}-musl` : name
}
