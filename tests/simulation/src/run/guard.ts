/** What nobody caught is a failure of the seed that runs. */

/** Does something, and takes what is thrown or rejected meanwhile where nobody catches it. */
export async function whileGuarded(take: (error: unknown) => void, work: () => Promise<void>): Promise<void> {
  process.on('uncaughtException', take)
  process.on('unhandledRejection', take)
  try {
    await work()
  } finally {
    process.off('uncaughtException', take)
    process.off('unhandledRejection', take)
  }
}
