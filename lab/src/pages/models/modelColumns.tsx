import {
  createColumnHelper,
  createSortedRowModel,
  rowSortingFeature,
  sortFn_basic,
  tableFeatures,
} from '@tanstack/react-table'
import { FitWords, License, Parameters, PlaceWords, Size, SpeedWords, Tokens } from './facts.tsx'
import type { ModelRow, Place } from './mergeModels.ts'
import type { SortKey } from './modelFilters.ts'
import { NameCell } from './NameCell.tsx'
import { parameterCount } from './parameterCount.ts'
import { RowAction } from './RowAction.tsx'

export const features = tableFeatures({
  rowSortingFeature,
  sortedRowModel: createSortedRowModel(),
  sortFns: { basic: sortFn_basic },
})

const places: readonly Place[] = ['pulling', 'loaded', 'stored', 'remote', 'catalog']
const inOrder = new Intl.Collator('en', { numeric: true })
const helper = createColumnHelper<typeof features, ModelRow>()
/** Where nothing is known comes last, whichever way it is sorted. */
const plain = { sortFn: 'basic', sortUndefined: 'last' } as const
const words = {
  sortFn: (a: { getValue: (id: string) => unknown }, b: { getValue: (id: string) => unknown }, id: string) =>
    inOrder.compare(String(a.getValue(id)), String(b.getValue(id))),
  sortUndefined: 'last',
} as const

/** The columns and what they are sorted by. */
export const columns = helper.columns([
  helper.accessor((row) => row.name, { id: 'name', ...words, cell: ({ row }) => <NameCell row={row.original} /> }),
  helper.accessor((row) => row.size ?? undefined, {
    id: 'size',
    ...plain,
    cell: ({ row }) => <Size bytes={row.original.size} />,
  }),
  helper.accessor((row) => parameterCount(row.parameters), {
    id: 'parameters',
    ...plain,
    cell: ({ row }) => <Parameters value={row.original.parameters} />,
  }),
  helper.accessor((row) => row.quantization ?? undefined, {
    id: 'quantization',
    ...words,
    cell: ({ row }) => row.original.quantization ?? <span className="muted">–</span>,
  }),
  helper.accessor((row) => row.license ?? undefined, {
    id: 'license',
    ...words,
    cell: ({ row }) => <License license={row.original.license} isOpen={row.original.openLicense} />,
  }),
  helper.accessor((row) => row.contextLength ?? undefined, {
    id: 'context',
    ...plain,
    cell: ({ row }) => <Tokens count={row.original.contextLength} />,
  }),
  helper.accessor((row) => row.fit?.needBytes, {
    id: 'fit',
    ...plain,
    cell: ({ row }) => <FitWords fit={row.original.fit} isRemote={row.original.place === 'remote'} />,
  }),
  helper.accessor((row) => row.speed?.tokensPerSecond, {
    id: 'speed',
    ...plain,
    cell: ({ row }) => <SpeedWords speed={row.original.speed} />,
  }),
  helper.accessor((row) => places.indexOf(row.place), {
    id: 'place',
    ...plain,
    cell: ({ row }) => <PlaceWords row={row.original} />,
  }),
  helper.display({ id: 'action', cell: ({ row }) => <RowAction row={row.original} /> }),
])

export const isSortKey = (id: string): id is SortKey => id !== 'action'
