/** One file an area; its name is the first part of its keys. */
const files = import.meta.glob<{ default: object }>('./*.json', { eager: true });

export default Object.fromEntries(
  Object.entries(files).map(([path, file]) => [path.slice(2, -'.json'.length), file.default]),
);
