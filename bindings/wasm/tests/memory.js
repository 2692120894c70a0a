// Looks over the shoulder of WebAssembly: import it before the engine starts.
const memories = [];

for (const how of ["instantiate", "instantiateStreaming"]) {
  const real = WebAssembly[how];
  WebAssembly[how] = async (...given) => {
    const made = await real.apply(WebAssembly, given);
    memories.push((made.instance ?? made).exports.memory);
    return made;
  };
}

/** How many bytes the newest module's memory has. */
export const memory = () => memories.at(-1).buffer.byteLength;
