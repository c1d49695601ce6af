/** The package has no types: it is the path of the runtime's binary. */
declare module 'workerd' {
  const path: string;
  export default path;
}
