import { formatBytes } from '../../core/index.ts'
import type { Check } from './contract.ts'

export const checkStore: Check = {
  id: 'store',
  title: 'Model store',
  network: false,
  run: async ({ models, paths }) => {
    const stored = await models.list()
    if (stored.length === 0) {
      return { outcome: 'ok', message: `Empty (${paths.store}). \`sanjha pull smollm2\` fetches a small model.` }
    }
    const bytes = stored.reduce((sum, model) => sum + model.size, 0)
    return {
      outcome: 'ok',
      message: `${stored.length} model${stored.length === 1 ? '' : 's'}, ${formatBytes(bytes)} in ${paths.store}`,
    }
  },
}
