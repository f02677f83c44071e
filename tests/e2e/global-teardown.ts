export default async function tearDown(): Promise<void> {
  await (globalThis as { stopRapport?: () => Promise<void> }).stopRapport?.();
}
