/** Certificates for tests of encrypted connections, made anew each time: no key lies in the repository. */
import { generateKeyPairSync, sign } from 'node:crypto'

export interface TestCertificate {
  /** PEM. */
  readonly cert: string
  readonly key: string
}

/**
 * A certificate for `localhost`, `outside.example` and 127.0.0.1 that is its own authority, valid from 2020 to 2049.
 * X.509 v3, ECDSA on P-256.
 */
export function makeCertificate(name = 'Sanjha test'): TestCertificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const ecdsaWithSha256 = sequence(oid('2a8648ce3d040302'))
  // commonName
  const named = sequence(tag(0x31, sequence(oid('550403'), tag(0x0c, Buffer.from(name)))))
  const validity = sequence(tag(0x17, Buffer.from('200101000000Z')), tag(0x17, Buffer.from('491231235959Z')))
  const isAuthority = sequence(oid('551d13'), tag(0x01, bytes('ff')), tag(0x04, sequence(tag(0x01, bytes('ff')))))
  const hosts = sequence(
    tag(0x82, Buffer.from('localhost')),
    tag(0x82, Buffer.from('outside.example')),
    tag(0x87, bytes('7f000001')),
  )
  const subjectAltName = sequence(oid('551d11'), tag(0x04, hosts))
  const signed = sequence(
    tag(0xa0, integer(2)),
    integer(1),
    ecdsaWithSha256,
    named,
    validity,
    named,
    publicKey.export({ format: 'der', type: 'spki' }),
    tag(0xa3, sequence(isAuthority, subjectAltName)),
  )
  const signature = sign('sha256', signed, privateKey)
  const der = sequence(signed, ecdsaWithSha256, tag(0x03, Buffer.concat([bytes('00'), signature])))
  // No empty line at the end: a signature's length varies, and with it whether the last line is a whole one.
  const lines = der
    .toString('base64')
    .match(/.{1,64}/g)
    ?.join('\n')
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ format: 'pem', type: 'pkcs8' }) as string,
  }
}

const bytes = (hex: string): Buffer => Buffer.from(hex, 'hex')

/** DER: type, length, content. */
function tag(type: number, content: Buffer): Buffer {
  const { length } = content
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from([type, ...size]), content])
}

const sequence = (...parts: readonly Buffer[]): Buffer => tag(0x30, Buffer.concat(parts))
const oid = (hex: string): Buffer => tag(0x06, bytes(hex))
const integer = (value: number): Buffer => tag(0x02, Buffer.from([value]))
