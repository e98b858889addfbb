import { oldestNode } from './pins.js'

/**
 * Whether a Node runs Sanjha. By itself in a file that every start loads, apart from what finding another Node takes.
 * @param {string} version e.g. `24.21.0` or `v24.21.0`
 * @returns {boolean}
 */
export function isNewEnough(version) {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number)
  const [oldestMajor = 0, oldestMinor = 0] = oldestNode.split('.').map(Number)
  return major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)
}
