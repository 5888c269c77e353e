/** A simulated world for clients of Syncro: networks, stores and clocks that fail from a seed, and what must hold all the same. */
export { board } from './board/board.js'
export type { Reduction } from './plan/plan.js'
export { type Examination, type ExamineOptions, examine } from './run/examine.js'
export { runSeed, type SeedFailure, type SeedOptions, type SeedResult } from './run/run-seed.js'
export { sometimes } from './run/sometimes.js'
export { Tally } from './run/tally.js'
export type { Operating, Program, ProgramContext, Told, Whole, Workload } from './world/workload.js'
