// Runs the shared cases in a page: [name, null or what went wrong] for each.
export async function collect(cases) {
  const results = [];
  for (const [name, check] of cases) {
    try {
      await check();
      results.push([name, null]);
    } catch (error) {
      results.push([name, String(error)]);
    }
  }
  return results;
}
