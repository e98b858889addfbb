import { SanjhaError } from '../../../../core/index.ts'
import type { LaneContext, LaneOptions } from './LaneOptions.ts'
import { promptBudget, shareBudget } from './promptBudget.ts'
import { Shelf, type ShelfFind } from './Shelf.ts'
import { choosePlacement, type Slot } from './Slot.ts'
import type { Task } from './Task.ts'

/** Where an exact lane cuts prompts, in tokens. Also the least piece of a prompt that another may share. */
export const exactChunk = 64

/** A trial that fails costs twice as long as its tokens would have taken. */
const trialChunk = 64
/** The shelf must have so many tokens more than the slots for it to be worth copying them. */
const leastFind = 16

interface Entry {
  readonly slot: Slot
  readonly task: Task
  /** Position of the first token in the batch. */
  readonly from: number
  /** Known tokens in the batch. */
  readonly count: number
  readonly draft: readonly number[]
  /** Position → row of logits. */
  readonly rows: Map<number, number>
}

/** One context and its sequences: puts tasks into slots, fills batches, decodes them, and hands out the logits. */
export class Lane {
  readonly slots: Slot[]
  readonly #options: LaneOptions
  readonly #context: LaneContext
  #inFlight: readonly Entry[] = []
  #ticket = 0
  #msPerPromptToken = 0
  readonly #shelf: Shelf
  #hasNewIdle = false

  constructor(options: LaneOptions) {
    this.#options = options
    this.#context = options.context
    const { context, canTrim, shelf = { capacity: 0 } } = options
    this.#shelf = new Shelf({ context, canTrim, ...shelf })
    this.slots = Array.from({ length: options.sequences }, (_, sequence) => ({
      sequence,
      cells: [],
      exactCells: 0,
      isSecret: false,
      task: undefined,
      usedAt: 0,
    }))
  }

  /** Tokens that one task may come to. */
  get room(): number {
    return this.#context.cells
  }

  get active(): number {
    return this.slots.filter((slot) => slot.task !== undefined).length
  }

  /** Puts a task into a slot, with as much of its tokens as is cached. False when there is no room now. */
  admit(task: Task): boolean {
    this.#clearSecrets()
    const { canTrim, isExact } = this.#options
    const reusable = task.cachePrompt ? task.reusable : 0
    const placement = choosePlacement(this.slots, task.tokens, reusable, canTrim && !isExact)
    if (placement === undefined) return false
    const { slot, source } = placement
    let { length } = placement
    if (isExact) length = Math.min(length - (length % exactChunk), slot.exactCells)
    if (!canTrim && length < source.cells.length) length = 0
    // What is looked for may have to make room for what is put aside.
    const earlier = this.#shelf.find(task.tokens, reusable)
    if (this.#putAside(source, length)) length = 0
    const found = this.#shelf.find(task.tokens, reusable) ?? earlier
    if (found !== undefined && found.length >= length + leastFind && this.#takeDown(found, slot, task)) return true
    if (!this.#makeRoom(task.tokens.length - length + 1, [slot, source])) return false
    if (source === slot) {
      if (length * 2 < slot.cells.length) this.#shelf.put(slot)
      if (length < slot.cells.length && !this.#trim(slot, length)) length = 0
    } else {
      this.#shelf.put(slot)
      this.#trim(slot, 0)
      this.#context.share(source.sequence, slot.sequence, length)
      slot.cells = source.cells.slice(0, length)
    }
    this.#enterSlot(slot, task)
    return true
  }

  /**
   * Before cells are given out, so that they come from the front: attention passes over all up to the last used one. With
   * nobody at work the source goes as well, to come back to the front. True when it went.
   */
  #putAside(source: Slot, length: number): boolean {
    const others = this.#shelf.candidates(this.slots.filter((slot) => slot !== source || length === 0))
    const gone = others.filter((slot) => this.#shelf.put(slot))
    for (const slot of gone) this.#trim(slot, 0)
    if (gone.length === 0 || length === 0 || this.active > 0 || !this.#shelf.put(source)) return false
    this.#trim(source, 0)
    return true
  }

  /** Admits a task whose beginning is on the shelf. False when there is no room for the whole of what lies there. */
  #takeDown(found: ShelfFind, slot: Slot, task: Task): boolean {
    const { cells } = found.item
    const size = Math.max(cells.length, task.tokens.length) + 1
    const inUse = this.slots.reduce((sum, each) => sum + (each.task === undefined ? 0 : each.cells.length), 0)
    if (inUse + size > this.#context.cells) return false
    this.#shelf.put(slot)
    this.#trim(slot, 0)
    this.#makeRoom(size, [slot])
    if (this.#shelf.restore(found, slot) && found.length < cells.length) this.#trim(slot, found.length)
    this.#enterSlot(slot, task)
    return true
  }

  #enterSlot(slot: Slot, task: Task): void {
    slot.task = task
    slot.usedAt = ++this.#ticket
    task.started(slot.cells.length)
  }

  /** Takes a task out. What it evaluated stays cached. If it is being decoded right now, that ends soon. */
  remove(task: Task): boolean {
    const back = this.preempted.indexOf(task)
    if (back >= 0) this.preempted.splice(back, 1)
    const slot = this.slots.find((each) => each.task === task)
    if (slot === undefined) return false
    const size = (entry: Entry): number => entry.count + entry.draft.length
    const own = this.#inFlight.filter((entry) => entry.task === task).reduce((sum, entry) => sum + size(entry), 0)
    const all = this.#inFlight.reduce((sum, entry) => sum + size(entry), 0)
    this.#leave(slot)
    // Others lose this step when it is ended, so that is done only where most of it is for nobody.
    if (own > 0 && own * 2 >= all) this.#context.abort()
    return true
  }

  /** One decode. */
  async step(): Promise<void> {
    const { clock, threads } = this.#options
    const began = clock.monotonic()
    this.#clearSecrets()
    if (this.#hasNewIdle) {
      this.#hasNewIdle = false
      for (const slot of this.#shelf.candidates(this.slots)) if (this.#shelf.put(slot)) this.#trim(slot, 0)
    }
    await this.#prepare()
    const entries = this.#plan()
    if (entries.length === 0) return
    const size = this.#context.size
    const isPrompt = entries.some((entry) => entry.count > 1)
    const generationThreads = threads.generation.next
    const promptThreads = isPrompt ? threads.prompt.next : generationThreads
    this.#context.setThreads(generationThreads, promptThreads)
    const chooser = isPrompt ? threads.prompt : threads.generation
    const work = this.#workOf(isPrompt, size)
    // A running state cannot be taken back, so there a trial is seen through.
    const limit = this.#options.canTrim ? chooser.limit(work) : Number.POSITIVE_INFINITY
    let isGivenUp = false
    const timer = Number.isFinite(limit)
      ? setTimeout(() => {
          isGivenUp = true
          this.#context.abort()
        }, limit)
      : undefined
    this.#inFlight = entries
    const isQuick = timer === undefined && this.#isQuick(isPrompt, size)
    const before = clock.monotonic()
    const result = isQuick ? this.#context.decodeNow() : await this.#context.decode()
    const milliseconds = clock.monotonic() - before
    clearTimeout(timer)
    this.#inFlight = []
    if (result === 'aborted' && isGivenUp) chooser.abandoned(chooser.next, work, milliseconds)
    if (result === 'done') {
      this.#learn(entries, size, milliseconds, isPrompt ? promptThreads : generationThreads)
      const whole = clock.monotonic() - began
      for (const entry of entries) this.#settle(entry, whole)
      if (isQuick) await nextTurn()
      return
    }
    // llama.cpp keeps the parts of an aborted batch that it had finished.
    for (const { slot, from } of entries) this.#trim(slot, from)
    if (result === 'aborted') return
    if (result === 'full') {
      if (this.#evict() || this.#preempt()) return
      for (const { slot, task } of entries) {
        if (slot.task !== task) continue
        slot.task = undefined
        task.full()
      }
      return
    }
    for (const { slot, task } of entries) {
      this.#trim(slot, 0)
      if (slot.task !== task) continue
      slot.task = undefined
      task.failed(new SanjhaError('internal', 'llama.cpp could not evaluate a batch.', { hint: 'See `sanjha logs`.' }))
    }
  }

  /** Tasks that were put back, to be admitted again before all others. */
  readonly preempted: Task[] = []

  free(): void {
    this.#context.free()
  }

  #isQuick(isPrompt: boolean, size: number): boolean {
    const expected = isPrompt ? this.#msPerPromptToken * size : this.#options.cost.estimate(size)
    return expected > 0 && expected <= (this.#options.quickMs ?? 0)
  }

  /** Tokens, weighted by what they cost. */
  #workOf(isPrompt: boolean, tokens: number): number {
    return isPrompt ? tokens : this.#options.cost.relative(tokens)
  }

  /** Lets the tasks that write make their drafts. */
  async #prepare(): Promise<void> {
    const writing = this.slots.filter((slot) => slot.task && slot.task.tokens.length - slot.cells.length === 1)
    for (const { task } of writing) await task?.prepare?.(writing.length - 1)
  }

  #plan(): Entry[] {
    const { isExact } = this.#options
    this.#context.clearBatch()
    const busy = this.slots
      .filter((slot): slot is Slot & { task: Task } => slot.task !== undefined)
      .sort((a, b) => a.usedAt - b.usedAt)
    const pending = (slot: { cells: number[]; task: Task }): number => slot.task.tokens.length - slot.cells.length
    const writing = busy.filter((slot) => pending(slot) === 1)
    const reading = busy.filter((slot) => pending(slot) > 1)
    const entries: Entry[] = []
    let outputs = this.#context.outputsMax - busy.length
    for (const slot of isExact ? writing.slice(0, 1) : writing) {
      const room = Math.min(outputs, this.#context.cells - slot.task.tokens.length, 48)
      const draft = room > 0 ? slot.task.propose(room, this.#context.size + writing.length - entries.length - 1) : []
      outputs -= draft.length
      entries.push(this.#enter(slot, 1, draft))
    }
    if (isExact && entries.length > 0) return entries
    if (isExact) {
      const slot = reading[0]
      if (slot === undefined) return entries
      const toCut = exactChunk - (slot.cells.length % exactChunk)
      return [this.#enter(slot, Math.min(pending(slot), toCut), [])]
    }
    const most = promptBudget(this.#context.capacity, this.#context.size, this.#msPerPromptToken)
    const budget = this.#options.threads.prompt.isTrying ? Math.min(most, trialChunk) : most
    const shares = shareBudget(budget, reading.map(pending))
    reading.forEach((slot, i) => {
      if ((shares[i] as number) > 0) entries.push(this.#enter(slot, shares[i] as number, []))
    })
    return entries
  }

  #enter(slot: Slot & { task: Task }, count: number, draft: readonly number[]): Entry {
    const from = slot.cells.length
    const rows = new Map<number, number>()
    const add = (token: number, position: number, output: boolean): void => {
      const row = this.#context.add(token, position, slot.sequence, output)
      if (row >= 0) rows.set(position, row)
    }
    for (let i = 0; i < count; i++) {
      add(slot.task.tokens[from + i] as number, from + i, slot.task.wants(from + i))
    }
    for (const [i, token] of draft.entries()) add(token, from + count + i, true)
    return { slot, task: slot.task, from, count, draft, rows }
  }

  /** After a decode: the memory holds the batch; hands out logits and takes back what did not hold. */
  #settle(entry: Entry, milliseconds: number): void {
    const { slot, task, from, count, draft } = entry
    if (count === exactChunk && from === slot.exactCells && draft.length === 0) slot.exactCells += count
    slot.cells.push(...task.tokens.slice(from, from + count), ...draft)
    const base = from + count
    let accepted = 0
    try {
      if (slot.task !== task) return
      task.evaluated(count, milliseconds)
      const { wantsMore, held } = this.#handOut(entry)
      accepted = held
      if (draft.length > 0) task.drafted(draft.length, accepted)
      if (!wantsMore || task.tokens.length <= base + accepted) {
        this.#leave(slot)
        task.finished()
      } else if (task.tokens.length > this.#context.cells) {
        this.#leave(slot)
        task.full()
      }
    } catch (error) {
      // What is wrong with one task must not end the loop that serves them all.
      this.#leave(slot)
      task.failed(SanjhaError.from(error))
    } finally {
      if (base + accepted < slot.cells.length) this.#trim(slot, base + accepted)
    }
  }

  /** Gives a task its logits, as far as every token before them is the one that came. */
  #handOut({ slot, task, from, count, rows }: Entry): { readonly wantsMore: boolean; readonly held: number } {
    const base = from + count
    let held = 0
    for (const [position, row] of rows) {
      if (position >= base) {
        if (slot.cells[position] !== task.tokens[position]) break
        held++
      }
      if (!task.take(position, this.#context.logits(row))) return { wantsMore: false, held }
    }
    return { wantsMore: true, held }
  }

  #leave(slot: Slot): void {
    slot.isSecret = slot.task?.cachePrompt === false
    this.#hasNewIdle = true
    slot.task = undefined
    slot.usedAt = ++this.#ticket
  }

  /** Forgets what was not to be cached. Between decodes only: a task may leave while one runs. */
  #clearSecrets(): void {
    for (const slot of this.slots) {
      if (slot.task !== undefined || !slot.isSecret) continue
      this.#trim(slot, 0)
      slot.isSecret = false
    }
  }

  #learn(entries: readonly Entry[], size: number, milliseconds: number, threads: number): void {
    const { cost, onStep } = this.#options
    const prompt = entries.reduce((sum, entry) => sum + (entry.count > 1 ? entry.count : 0), 0)
    const isPrompt = prompt > 0
    const controller = isPrompt ? this.#options.threads.prompt : this.#options.threads.generation
    controller.record(threads, this.#workOf(isPrompt, size), milliseconds)
    if (!isPrompt) cost.record(size, milliseconds)
    else if (prompt >= 8) {
      const each = milliseconds / size
      this.#msPerPromptToken = this.#msPerPromptToken === 0 ? each : 0.7 * this.#msPerPromptToken + 0.3 * each
    }
    onStep?.({ promptTokens: prompt, newTokens: entries.length, milliseconds })
  }

  /** Removes cells from `length` on; everything where the memory cannot forget a part. False if it had to. */
  #trim(slot: Slot, length: number): boolean {
    if (length > 0 && this.#options.canTrim && this.#context.trim(slot.sequence, length)) {
      slot.cells.length = Math.min(slot.cells.length, length)
      slot.exactCells = Math.min(slot.exactCells, length - (length % exactChunk))
      return true
    }
    this.#context.trim(slot.sequence, 0)
    slot.cells = []
    slot.exactCells = 0
    return length === 0
  }

  /** Frees cached prefixes, oldest first, until so many cells are free. */
  #makeRoom(cells: number, keep: readonly Slot[]): boolean {
    const used = (): number => this.slots.reduce((sum, slot) => sum + slot.cells.length, 0)
    while (used() + cells > this.#context.cells) {
      if (!this.#evict(keep)) {
        // What remains belongs to others, or is about to be reused: with nobody else here it must fit.
        return this.active === 0
      }
    }
    return true
  }

  #evict(keep: readonly Slot[] = []): boolean {
    const idle = this.slots.filter((slot) => slot.task === undefined && slot.cells.length > 0 && !keep.includes(slot))
    if (idle.length === 0) return false
    const oldest = idle.reduce((a, b) => (a.usedAt < b.usedAt ? a : b))
    this.#shelf.put(oldest)
    this.#trim(oldest, 0)
    return true
  }

  /** Puts the youngest task back, so that the older ones find room. It goes on later where it was. */
  #preempt(): boolean {
    const busy = this.slots.filter((slot) => slot.task !== undefined).sort((a, b) => b.usedAt - a.usedAt)
    const slot = busy[0]
    if (slot?.task === undefined || busy.length < 2) return false
    this.preempted.push(slot.task)
    slot.task = undefined
    this.#trim(slot, 0)
    return true
  }
}

/** Lets messages in and out. The second turn lets pass what the first one has caused to be sent. */
async function nextTurn(): Promise<void> {
  for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve))
}
