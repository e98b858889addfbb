import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describeSettings, type SettingDescription } from '../src/core/index.ts'

/** The page that lists every setting, made from the table of settings itself. */
export function configurationPage(): string {
  const sections = Map.groupBy(describeSettings(), ({ key }) => key.split('.')[0] as string)
  return `# Configuration

Every setting has a default, so nothing needs to be configured. What is said in several places is taken from the first of
these that says it:

1. a flag of the command line;
2. the environment, by the variables named below (the first one that is set);
3. \`sanjha.yaml\` of the project: in the current folder or above it, up to the repository's root or the home directory;
4. \`config.yaml\` of the user: \`$XDG_CONFIG_HOME/sanjha/\`, which is \`~/.config/sanjha/\` unless set, or
   \`$SANJHA_HOME/config/\`;
5. the default.

\`sanjha config show\` prints every value and where it comes from; \`sanjha config set KEY VALUE\` writes the user's file and
keeps its comments. A key that does not exist is an error that names the line.

\`\`\`yaml
server:
  port: 9000
engine:
  keepAlive: 30m # how long a model stays loaded
  memoryLimit: 8GiB
remotes:
  - name: big
    baseUrl: http://gpu.example.org:8000/v1
    apiKeyEnv: BIG_API_KEY
\`\`\`

Sizes are written \`512MiB\`, \`8GiB\` or \`8GB\`, durations \`250ms\`, \`30s\`, \`5m\`, \`1h30m\`. \`auto\` lets Sanjha choose.
Settings marked † are not taken from a project's \`sanjha.yaml\`, because somebody else's project could then open this
machine or send data elsewhere. Secrets stand in no file: they come from the environment.

${[...sections].map(([name, rows]) => section(name, rows)).join('\n\n')}

## Further variables

| Variable | Meaning |
|---|---|
| \`SANJHA_HOME\` | One folder for everything that Sanjha keeps, instead of the XDG directories. |
| \`SANJHA_API_KEY\` | A key that clients of the server may use; at once kept only as its digest. |
| \`HTTPS_PROXY\`, \`HTTP_PROXY\`, \`NO_PROXY\` | Proxies. |
| \`SSL_CERT_FILE\`, \`NODE_EXTRA_CA_CERTS\` | Files with further certificates to trust, beside those that Node trusts. (pip’s \`cert\` and npm’s \`cafile\` hold for their registries, in the place of all others.) |
| \`NO_COLOR\` | No colours in the terminal. |

This page is made from \`src/core/config/settings.ts\`: \`npm run docs\`.
`
}

function section(name: string, rows: readonly SettingDescription[]): string {
  const lines = rows.map(({ key, meaning, type, default: value, env, inProject }) => {
    const shown = JSON.stringify(value).replaceAll('"', '')
    const cells = [
      `\`${key}\`${inProject ? '' : ' †'}`,
      meaning,
      type,
      shown === '[]' ? 'none' : `\`${shown}\``,
      env.map((variable) => `\`${variable}\``).join(', '),
    ]
    return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  })
  return `## ${name}

| Setting | Meaning | Takes | Default | Environment |
|---|---|---|---|---|
${lines.join('\n')}`
}

if (import.meta.main) {
  writeFileSync(join(import.meta.dirname, '..', 'docs', 'reference', 'configuration.md'), configurationPage())
}
