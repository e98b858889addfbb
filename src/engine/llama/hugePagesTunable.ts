/**
 * What makes glibc ask the kernel for huge pages in large allocations (2.35 and later; others ignore it). It is read when
 * a process starts, so it stands in the environment of the engine's process, and tells that process what to expect.
 */
export const hugePagesTunable = 'glibc.malloc.hugetlb=1'
