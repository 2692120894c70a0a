// Checks that hold in every environment: node and the browser run the same list. Each entry is a name and a function
// that throws when the check fails. `package_` holds the package's own package.json.
export function cases(heedful, package_) {
  return [
    ["version is the package's", () => equal(heedful.version(), package_.version)],
  ];
}

export function equal(actual, expected) {
  if (!Object.is(actual, expected)) throw new Error(`${actual} is not ${expected}`);
}
