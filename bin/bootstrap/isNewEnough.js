import { oldestMajor } from './pins.js'

/**
 * Whether a Node runs Sanjha. By itself in a file that every start loads, apart from what finding another Node takes.
 * @param {string} version e.g. `24.21.0` or `v24.21.0`
 * @returns {boolean}
 */
export function isNewEnough(version) {
  return Number.parseInt(version.replace(/^v/, ''), 10) >= oldestMajor
}
