export const a = process.env.X; console.log(a);
