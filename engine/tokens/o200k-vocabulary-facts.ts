// biome-ignore-all format: a table of data
// Over 300 lines because it is data: what the bounds need to know about the vocabulary of o200k_base.
// Taken from gpt-tokenizer 4 by test/engine/tokens/facts-of-vocabulary.ts; token-bounds.test.ts compares the two.

/**
 * Which pairs of bytes occur in the vocabulary: 65,536 values, first byte × 256 + second, as comma-separated runs
 * `value*count` in base 36 (`*count` left out when 1). A value is a sum of
 * 1 the pair is a token, 2 some token begins with it, 4 some token ends with it, 8 some token holds it.
 */
export const pairRuns: string =
  "f,0*90,f,0*1j7,f*2,0*2,a,0*i,f,0*w,f*q,0*6,f*q,0*3y,a,f,0*2,a,0*i,a,0*e,e,0*4z,8,0*fa,f,0*2,f,0*3qz,f*2,0*2,a," +
  "0*i,f*g,0*a,f*1x,0*1v,f*5,0,a*3,f,0*2,f,a,f,a,f*a,0*4,f,a,f,a*2,f*b,a,f,0*o,f,0*2,a,0*j,f*2,0,c,0*2,f*4,0,f*4," +
  "0*a,f,a,e,f,0,f,0*r,f*3,0,c,0*9,a,0*j,8,0*1w,a,0*v,a*2,0*12,f,0*2,a,0*j,f*f,0*a,f*3,e,f*2,c,f*5,a,f*3,0,f*6,0*2," +
  "f*2,0*2,f,0,a,0,f*3,c,f*3,a*2,f,a*3,f,a,0,f,a,0,a*3,0*2,f,a*3,0,f,0*2,f*3,c,0*29,a,0*6,a*2,0*h,a,0*4,a,0*q,f,0*2," +
  "a,0*j,f*4,c,0,c*2,0*2,f*2,c,f*2,0*a,f,0*o,a,0*7,f,0*3,e,0,f,0,a*4,f,0,a,0*2,a,f,0*2,a,0,a*2,0,a,0,f,0*3,f,0*3y,f," +
  "0*2,a,0*k,e,c,f,0*2,a,f,0*3,f,0,f*2,0*a,f,0*3,c*2,0*7,a,0,f,0*2,a*2,0*e,f,0*2,f,0,f*4,a,f,a*2,f*2,a,f*9,a,f,a,f," +
  "0*2,f,0*3y,f,0*2,a,0*j,f*2,c,0,f,0,f*3,0,c,f*3,0*c,f,a,f,0*2,f*6,0*l,c,f,0,f,0*3,f*4,0*3,f,0*3,f*2,0*4,f,a,0*3,f," +
  "0*2,c,0,8,0*2t,a*3,0,a,0*7,a,0*q,f,0*2,8,0*j,c,0,f,c,0,f,c,f*2,0*2,f,0*d,c,0*2,c,0*3,f*5,0,f*3,0*3,f,0,f*2,0,f*3," +
  "0*2,f,0*3,c,0,8,0,f,0,f,0,a,0,f,0,a,0,f,0*2,a,f,a,f*6,a,0,f,0*42,f,0*2,a,0*j,c,f*4,c,f*9,0*a,f*6,c,f,a,f*3,0,a," +
  "f*2,0*2,f*4,0*2,a,f*3,0*5,f*5,c,f*2,a,f*6,0*2,f*a,a,f*5,e,f,c,0*1w,a*3,0*b,a,0*5,a,0*8,a*2,0*14,f,0*2,a,0*j,f*b," +
  "c,f*3,0*a,f*3,c*2,f*u,0,f*v,0,f,0*1v,a,0*v,8,0*2,a*3,0,a,0*w,f,0*2,a,0*j,f*f,0*a,f*6,0*7,a,0*4,f,a,0*8,f,0*4,f*b," +
  "a*2,0,f,0*2,a,f*4,0,a,f*2,0,f,0,f*2,0,f*3,0*2i,a,0*7,a,0,a*2,0*6,a*3,0*2,a,0*q,f,0*2,a,0*j,f*2,8,f,0,f,c,f*3,0," +
  "f*4,0*a,f,8,e,f*2,8,f*2,0,f,0*7,f,0,f*2,0*4,f*2,0*6,f*2,0*2,f,0,f*4,0,f*9,a,f*b,0*2,c,0*3w,f,0*2,8,0*k,f*3,0*2," +
  "f*3,0,f*5,0*a,f,c,a,f,0*3,f*4,0*m,f*3,0*3,f*4,0*3,f*7,0,f,0,f*3,0*2,f*3,0*2z,a,0*10,f,0*2,a,0*j,f*f,0*a,f,0,f," +
  "0*2,8,f*t,c,f*2,c,f*r,0,a,0*1w,a,0*v,a*5,0,a*2,0*w,f,0*2,a,0*k,f,c,f*7,c,f*4,0*b,c,e,f*2,0,c,f*s,8,0,f,0,f*s,8*2," +
  "0*1w,a,f,a,0*a,a*3,0*2,a*3,0*8,a*3,0,a*3,0*2,a,0*w,f,0*2,a,0*j,f*f,0*a,f*4,0,f*1q,0,f,0*1v,a*2,0*c,a,0*f,a,0,a*2," +
  "0*12,f,0*2,a,0*j,c,f*e,0*a,f,8,f*10,0,f*r,0,8,f,0*2v,a,0*21,f*a,0*6u,f*a,0*6u,f*a,0*6u,f*a,0*6u,f*a,0*6u,f*a," +
  "0*6u,f*a,0*6u,f*a,0*6u,f*a,0*6u,f*a,0*5s,f,0*2,a,0*k,f*e,0*a,f,a,f*2,0,f*c,0,f*3,a,f,0,f*3,a*2,0,f*2,0,f*x,0*2,c," +
  "0*2r,a,0*13,f,0*2,a,0*k,f,0,f*6,a,f*5,0*b,f*2,c,0,a,0*k,a,0*7,f,a,c,0*2,f*3,0,f,a,0,a,f*c,0*2,a,f*2,0*3,f,0*3w,f," +
  "0*m,f,c,f*2,c,f*3,0,8,0*2,f,0,f,0*a,e,0,f*4,0,f*o,0*2,f,a,0,c,f,0,f*3,a,0,f,0,f*2,a,0,a,f*2,a,f,0*2,f*6,0*2,f," +
  "0*3y,f,0*2,8,0*j,f*8,c,f,0*2,f*3,0*a,f,0,f*9,0,a,0*2,a,0*2,f*3,0,f,0,a,f*2,a,0,f*2,0*2,f*2,0*2,f*t,0,f,c,0*2r,a," +
  "0*13,f,0*2,a,0*k,f*9,0,f*4,0*a,f*c,0*2,a,f,0,f*4,0,f,0*2,f*2,a,0*2,f,a,f*4,0,c,f*3,0,f,a*2,0*6,a*2,0*4,f,a,0*2," +
  "f*2,0*2,f*3,0*3w,f,0*2,a,0*j,f*4,0*2,f*3,0*2,f*4,0*a,f,a,f,c,f*2,0*r,f*2,0*2,f,0,f,0*4,a,0,f,a,0,f,0*2,f,0,f*5,0," +
  "f*2,0*4,f,8,0*1w,a,0*v,a,0*c,a,0*q,f,0*n,f,0,f,0*3,f,0*6,c,0*a,f,0*5,f,a*7,0,a*2,0*2,a*4,0,a*3,0*2,a*2,0*2,f*2," +
  "0*2,c,0,a,0,a*3,0,f,a*2,0*2,a,f*2,0,a*3,f,a,0*4,f,0,c,0*5h,f*q,0*6,f*g,e,f*9,0*20,a,8*2,0*x,a,0*2h,f*q,0*6,f*5,0," +
  "f*a,0,f*4,0,f*3,0*21,8,0,8,0*r,a,0*2n,f*q,0*6,f*9,0*2,f*5,0,f*5,0,f*2,e,0*20,a,0*3h,f*q,0*6,f*6,0,f*3,0,f*5,0," +
  "f*9,0*20,a,0*t,8,0*2n,f*9,e,f*g,0*6,f*e,0,f*7,c,f*3,0*20,8*2,0*3g,f*9,0,f*6,0,f*8,0*7,f*5,0,f,0,f,c,f*6,0,f*4,0," +
  "f*3,0*21,a,0*3h,f*9,0,f*6,0,f*8,0*7,f*3,0,f,0*2,f*3,0,f,8,f*3,0,f*4,0,f,0,f,0*21,a,8,0*3g,f*q,0*6,f*2,0,f*2,0,f," +
  "0,f,c,0,f*2,0,f*2,0,f*9,0*20,a,0*t,8,0*1x,e,0*p,f*o,c,f,0*6,f*7,e,f*c,0,f*5,0*20,a,0*3h,f*7,0,f*8,8,f*6,0*9,f," +
  "0*2,a,f,0*2,f*2,0*2,f,0,f*2,a,0,c,f,0,f,a*2,0,f,0*21,a,0*2r,8,0*p,f*9,0,f*6,0,f*6,0,f,0*7,f*2,0,f*2,0,f*3,c,0," +
  "f*4,0*2,f*6,0,f,0*21,a,8*2,0*3f,f*9,c,f*6,0,f*8,0*7,f*7,0,f*2,0,f*5,0*2,f*4,0*2,f,0*21,a,0*3h,f*p,c,0*6,f*q,0*20," +
  "a,8,0*4,8,0*n,a,0*1x,8,0*p,f*g,0,f*9,0*6,f*5,0,f*7,0,f*2,0,f*5,8,f*3,0*1z,8,a*2,0*s,a,0*2n,f*g,c,f*8,c,0*6,a,f*3," +
  "8,f*b,8,f*9,0*20,8,0*3h,f*p,0*7,f*9,0,f*5,0*2,f*8,0*21,a,0,8,0*t,8,0,8,0*2j,f*5,8,0,8,f,0*2,f*3,a,f*7,8,0*9,f,0," +
  "f,0,a,0,f,8,f,0*2,f,0,c,f,0*2,f*4,0*35,8,0*2h,f*p,0*7,f*9,0*2,f*6,0,f*7,0*21,a,0*3h,f*q,0*6,f*6,8,f*g,0,f*2,0*20," +
  "a,8,0,8,0*3e,f*g,c,f*9,0*6,f*6,c,f*2,0,f*3,0,f*2,0,f*2,0,f*5,0*21,a,8,0*4,8,0*n,8,0*2n,f*e,8,f,0,f*9,0*6,f*4,0," +
  "f*4,0,f*4,8,f,0,f*3,a,f*5,0*22,8,0*3f,f*9,0,f*6,0,f*7,0*8,f,0,f,0,f,c,0*2,f,0,f*3,0,f*2,0,f*2,a,f,0*3,f*2,0*20,a," +
  "8,0*s,8,0*3,8*4,0*2g,f*9,0,f*6,0,f*8,0*7,f,0*2,f*2,0*2,f*2,0*4,a,f*2,0,f*4,0,8,f*2,0*21,a,0*3h,f*6,0,a,f,0,c,f*5," +
  "0,f*3,0,f,0,f*3,0*6,f,a,0,f*2,0*3,f,0*3,f,8,0,f,0,c,f*3,0*2,8,0*5k,f,0,f*3,0,f,0,8,0,f*6,0,f*4,0,f*4,0*6,f,0*3,f," +
  "0*3,f,0*3,f*3,0*2,f*2,0,f,8,0*24,8,0*3h,f,0*2,f*6,0*3,f*3,0*2,f*4,0,f*4,0*6,f,0*2,f*2,0*2,f*3,0,8,f*3,0*5,f*3,0," +
  "c,0*21,8,0*1y,f,0*2,8,0*k,f*4,c,f*2,0,f,e,f*2,e,f,0*a,f,0*4,c,f*8,0,f*6,0,f,0,f*3,0,f,0,f*2,0,f*x,0*2u,a,0*13,f," +
  "0*2,a,0*k,f,0,f,0*2,f*2,0*3,f*4,0*a,f,0,f,0*4,a*4,f,a,0,a*3,0*2,f,a*2,f,a*2,f,a*3,0*4,f*2,0*4,f*2,a,f*3,0,a,0*4," +
  "a,f,0*3,f*5,a,f,0*41,f,0*2,a,0*j,f*2,0*2,f*b,0*a,f*6,0*r,f*5,0*9,a,0*9,a,0*7,f*3,0*3w,e,0*t,f*2,0*3,f*2,0*e,c," +
  "0*t,f*2,0,f,0*s,f,0*3y,f,0*2,a,0*k,f,a,f*2,0,f*4,0,f*4,0*a,f*4,0*3,f*v,0,f*s,0*2v,a*3,0,a,0*x,f,0*2,a,0*k,c*2,e," +
  "c,0,c,e,f,0*2,f,0,f,c,0*a,f*2,c,0*u,c,f*2,0,c,f,0*i,f*2,0*6,c,8,f,0*4p,8,0*1l,f*q,0*20,a*3,0*3,8*2,0,8,0*k,8,0*3," +
  "8,0,a,0*3d,f*g,c,f*9,0*20,a*3,8,0*2,a,0*n,a,0*3j,f*q,0*20,a*2,8*2,0*2,a,0*n,8,0*6,8,0*1q,8,0*1l,f*q,0*20,a*2,8*2," +
  "0*2,a,0*n,a,0*3,a,0*1t,8,0*1l,f*q,0*20,a,8,a,0*x,8,0*1r,8,0*1l,f*q,0*20,a,8*2,0*3,a,0*n,a,0*1x,8,0*1l,f*a,c,f*5," +
  "c,f*9,0*20,a*2,8*2,0*2,a,0*2,8,0*k,a,0*5,8,0*1r,8,0*1l,f*q,0*20,a,8*3,0*2,8,0*n,8,0*1x,8,0*1l,f*q,0*20,a*3,0*4,8," +
  "0*5,a,0*g,8,0*3j,f*l,8,f*3,c,0*20,a*3,0*r,a,0*1x,8,0*1l,f*g,8,f*8,c,0*20,a*3,0*3,8,0*n,a,0*6,8,0*1q,8,0*1l,f*g,c," +
  "f*9,0*20,a*2,8*2,0*2,a,0*n,a,0*1x,8,0*1l,f*q,0*20,a*2,8,0*3,a,0*n,a,0*1x,a,0*1l,f*g,c,f*9,0*1z,8,a*2,8*2,0*2,8," +
  "0*n,8,0*1x,8,0*1l,f*q,0*20,a*3,0*4,8,0*m,8,0*1x,8,0*1l,f*q,0*20,a,8*2,0*r,a,0*2,8,0*3g,f*5,8,0,f*2,0*2,f*a,8,f*3," +
  "0*21,a,8,0*4,8,0*q,8*2,0,8,0*1r,8,0*1l,f*9,c,f*g,0*20,a*3,8,0*2,a,0*n,a,0*3j,f*q,0*20,a,8*3,0*2,8,0*n,a,0*1x,8," +
  "0*1l,f*g,c,f*9,0*20,a*2,8*2,0*2,a,0*n,a,0*2,8*2,0*1t,8,0*1l,f*q,0*20,a*3,0*4,8,0*m,8,0*3j,f*q,0*20,a*3,8,0*2,a," +
  "0*n,8,0*2,8,0,8*2,0*1r,8,0*1l,f*g,0,f*8,c,0*20,a,8*2,0*3,8,0*n,a,0*3j,f*6,0,f*2,8*2,f*5,8,f*4,c,8,f*3,0*20,8*3," +
  "0*3,8,0*n,8,0*1x,a,0*1l,f*g,0,f*9,0*20,a,8,a,0*3,a,0*n,8,0*3j,f*9,c,f*6,8,f*4,c,f*4,0*20,a*3,0*3,8,0*n,a,0*14,f," +
  "0*2,a,0*j,e,f,0,f*2,0,f,c,0,c,0*2,f,c,f,0*a,f,0,c,0*2,c,f,0*4,a,0*4,a,0*3,a,0*c,c,f,0*2,c*2,0*8,f,0,f,a,0,a,f," +
  "0*2,a,f,a,0*3,f,0*2,f*3,0*3w,f,0*2,8,0*k,f,0*4,f*2,a,0*2,a,f,a,0*c,a,0,e,c,0*t,f,0*2,c,a,0*6,a,0*5,a*2,0*3,a*2," +
  "0*7,a,f,a,0*3w,f,0*2,a,0*j,f*2,0,f*6,a,f*5,0*a,f*7,0*q,f*3,a,f*2,0*2,a,0,a,0*a,a,0*2,f,0*7,f*3,0*3w,f,0*n,a,0,c," +
  "0*3,c,0*3,f*2,0,f,0*d,f,0*1s,f,0*az,c,0*l,c,0*2n,c*15,0,c*a,0*2,c*9,0*f,8*6,0,c,8,0*2,8,0*6,a,8*b,a,8,0*s,c,0*n," +
  "8,0*u,8,0*g,8,c*2,0*c,8,0,c*2,0,8*2,0,8,c*5,8,c,0,c*5,0*7,8,0,c*1m,0,c*5,0*a,8,0*3,8*6,0,8*2,0,8*4,0*4,a,8*d,0,a," +
  "0*q,c,0*2,8,0*k,c,0*4,8,c,0*3,c,0,c,0*d,8,0*u,c*2,0*4,c,0*3,c,0*9,c,0*5,c,0*3,c,0*6,c*n,0,c*2,0*2,c,0*2,c*d,f," +
  "c*c,f,c*6,0*3,8*2,0*b,8*4,0,c,8,0,8*2,0,8,0*4,a,8*9,0*5,8,0*q,c,0*1w,c,0*j,8,0*9,c*3,0*2,c,0,c*2,0*a,c*2,0,c*1a," +
  "0*2,c*4,0,c*2,0,c*2,f,0*a,8,0*5,8*5,0*2,8,0*2,8*2,0,8,0*4,8*2,0,8*7,0,8*2,0*3a,c,0*a,8,0*3,c,8,0*e,c*3,0*3,c,0*6," +
  "c*3,0*4,c,0,c,0,c*4,0,c*6,0,c,0*3,c,0*2,c,0*2,c*2,0*2,c,0,c*3,0*3,c,0*2,c,0*e,8*4,0,8,0,8*2,0,8*4,0*4,a,8*d,0*s," +
  "8,0*2g,c*2,0*9,c,0,8,0*3,c,0*5,c,0*5,c*2,0,c*7,0,c*4,0,c*3,0,c*2,0*2,c*3,0,c,0*3,c*3,0,c*2,0,c*3,0,c*3,0*2,c*2,0," +
  "c*7,0,c*5,0*4,8*2,0*8,8*6,0,8*2,0,8*4,0*4,8*3,0,8*4,a,8,0,a,8,0*t,c,0*2e,c,0*3,8,0*a,8,0*4,c,0*a,c,0*4,c*2,0,c*3," +
  "0,c,f,0*2,c*2,f,c*2,0*4,c,0,c*2,0*2,c*3,0*2,c,0*6,c*2,0*3,c*4,0,c,0,c,0*3,c,0,c,0*6,8,0*9,8*6,0,8*2,0,8*4,0*4," +
  "a*2,8*8,0,8*2,0*2c,c,0*d,c,0*h,c,0,c,0,c,0*3,c,0*3,c*2,8,c,0*3,c*2,0*a,c,0,c*3,0,c*2,0,c*2,0,f,c*3,0,c*2,0*2,c," +
  "0*7,c,0,c*3,0,c*2,0,c,0*3,c,0*2,c,0,c*2,0*2,c,f,0*3,c,0,c*4,0*5,8,0*a,8*6,0,8,0*2,8*4,0*4,a,8,0,8*8,0*3a,c,0*3,c," +
  "0*3,8,0,8,0*9,8,0*a,c,0*3,c,0,c*3,0,c,0*2,c,0,c*4,0,c,0,c*2,f,c*8,0*3,c*3,0,c*4,f,0*3,c*3,0,c*8,0,c,0,c,0*e,8,0," +
  "8*4,0*2,8,0,8*4,0*4,8,0,8*c,0,8,0*q,c,0*x,c,0*12,c,0*d,8,0*3,c,0,c,0,c,0*2,c,0,8,0*4,c*2,0*b,c,0,c,0,c,0*2,c*2,0," +
  "c*5,0*2,c*3,0,c,0*2,c*2,0,c,0*5,c*5,0,c,0,c*4,0*2,c*5,f,c*3,0,c*2,0*2,c*3,0*e,8*4,0*6,8*4,0*4,8*2,0,8*a,0*2,8," +
  "0*2m,8,0*x,a,0*f,c,0,c,0*4,c*2,0,c,0*5,c,0*2,c*3,0,c*2,0,c*9,0,c*2,0*2,c*5,0*2,c,0,c*9,0*2,c*2,0,c,0*f,8*3,0*6," +
  "8*4,0*4,8,a,0,8*a,0*2,8,0*q,c,0*t,c,0*5,c,0*1e,c,8*3,0*2,8,c*2,8*2,0*2,c,0*3,8,0,c*2,0*a,c,0,c,0*2,c*5,0*2,c*2,0," +
  "c*b,0,c*3,0,c*2,0,c,0,c*3,0,c*2,0,c*3,0*2,c*2,0,c*7,0*2,c,0,c*2,0*4,8,0*b,8*3,0,8,0*3,8,0*2,8,0*4,8*7,a,8*2,0*2," +
  "8,0*2,8,0*q,c,0*x,c,0,c,0*18,c,0*9,c,0*q,f,c*5,0,c,0,c,0*2,c,0,c,0,c*2,0,f,c,0,c*2,0,c,0,c*2,0*4,c,0,c,0,c,0*2," +
  "c*5,0,c*2,0*2,c,0,c,0,c,0,c*4,0*3,8,0*e,8*6,0,8,0*2,8*4,0*4,8*e,0,8,0*q,c,0*x,c,0,c,0*b,c,0*6,c,0,c,0*g,c,0*c,c," +
  "8,c*3,0,8,c*2,8,c*2,8,c*2,8,0,c*4,0,8,0*2,8,0*5,c*2,0,c,0*3,c*4,0*3,c*3,0,c*7,0,c,0*4,c*6,0*2,c*2,0*2,c,0*2,c*4," +
  "0,c*3,0,c*2,0*3,f,0*6,8,0*6,8,0*3,8*5,0*2,8,0*a,8*2,0,8*7,0,8,0*3,8,0*3i,c,0*j,c*8,0,c*2,0,c,0*3,c*5,0,c,0,c*2," +
  "0*2,c*2,0,c*2,0*2,c*7,0*3,c*4,0,c,0*2,c*2,0*2,c*2,0*2,c,0*e,8*5,0*5,8*2,0*6,8*2,0,8*7,0*2,8,0*2,8,0*q,c,0*2e,c," +
  "0*3,c,0*3,c,0*2,8,0,8,0*j,c*4,0*2,c*b,0,c,0,c*4,0,c*2,0*3,c*2,0,c*4,0*3,c*4,0,c*2,0,c*3,0,c*3,0*2,c*2,0,c,0*h," +
  "8*3,0*5,8*2,0*6,a,8*7,a,8,0*5,8,0*3d,c,0*o,c*3,0,c,0,c*3,0,c*6,0*3,c,0,c*2,0*2,c*6,0*4,c*9,0,c,0*3,c*2,0*3,c*4,0," +
  "c*2,0*4,8,0*c,8*2,c,0,8,0,8*5,0*5,8*7,a,8*3,a,8*2,0,8,0*q,c,0*m,8,0*a,8,c,8,0*b,c,0*6,c,0*d,c,0*h,c,0,c*3,0*3,c," +
  "0,c*2,0,c*2,8,0,c*4,0*a,c,0*3,c,0,c*5,0,c*2,0,c,f,0*6,c*2,0*2,c,f,0,c,0,c*5,0*3,c*2,0,f,0*7,c,0,c,0*2,f,0*2,c*3," +
  "0*5,8*2,0,8,0*7,8*6,0*3,8*5,0*4,8,a,0,8*8,0,8*2,0,8,0*q,c,0*39,c,0,c*2,0*4,c,0*2,c*3,0*3,c*2,0*2,c*2,0*2,c,0*4," +
  "c*2,0*2,c,0,f,c,0*2,c,0,c,0*2,c*2,0,c*3,0*5,c,0*2,c,0*k,8*2,0*5,8,0,8,0*6,8*2,0,8*6,a,0*2,8,0*2,8,0*q,c,0*x,c," +
  "0*x,c,0*i,8,0,c,0*5,c*2,0,c*3,0*3,c*3,8,0*b,c,0,c,0*4,c,0,c,0*2,c,0*c,c,0,c,f,0*2,c*2,0,c*4,0,f,0,c,0*2,c,0,c,f," +
  "c*2,0,f,0,c,0,f,0,c,0*3,c,0*5,8,0*9,8,0,8*2,0,8,0,8,0,8*3,0,8,0*4,8*b,0*4,8,0*q,c,0*1q,c,0*n,c,8,0*2,8*2,0*2,8," +
  "0*4,c,8,0*4,8,0*2,8,0,8,0*6,c*6,0*2,c,0,8,c*2,0*3,c,0*3,c,0*3,c*3,0,c*2,0,c,0,c*3,0,c*2,0,c*2,0*2,c,0,c*6,0,c*b," +
  "0*e,8,0,8*2,0*5,8,0*3,8,0*4,8,a,8*9,a,8*2,0*s,a,0*1m,8,0*z,c,0*4,8,0*h,c,0*3,c,f,c*5,0,f,0*2,c*3,0*2,c*2,0,c*3," +
  "0*2,c*3,0,c*7,0,c*6,0*2,c*2,0*2,c*5,0*3,c*2,0,c,0*e,8*4,0*5,c,8*4,0*4,8*8,a,8,0,8*3,0,8,0*3a,8,0*5,c,0,c,0*4,8," +
  "0*6,c,0*5,c*2,0*2,c,0,c*6,0*5,c*3,0*3,c*3,0*2,c*2,0*2,c*3,0,c*3,0,8,0,c*l,0*5,8,0*b,8*4,0*3,8,0,8,0*6,a*2,0,8*7," +
  "0*w,8,0*2m,c*2,0,c,0*5,8,c*2,0*c,c,0*2,c*5,0*2,c*2,0,c*3,0*3,c,0*2,c*2,0*2,c*3,8,0,c,0,c,0,c*7,0,c*5,0,c,0,c,0,c," +
  "0*3,c*3,0*h,8,0,8*2,0,8,0*3,8,0*8,a,8,0,8,a,8*5,0*2n,c,0*v,c,0*2,c,0*6,c*2,0*4,c*2,0*5,c*3,0,c*3,0,c*3,0,c*3,0," +
  "f*2,0,c*3,0*2,c,0*2,c*2,0*2,c*2,0*3,c*2,0*2,c,0,c,0,c*2,0,c,0*2,c*5,0,c*5,0,c*2,0*e,8,0,8*2,0*5,8,0,8*3,0*4,a*2," +
  "8*6,a,8*5,0*s,c,0*u,c,0*2,c*3,0*b,c*2,0*3,c,0,c,8,0*2,c,0*2,c*2,0*5,c,0*3,c*3,0*b,c*9,0,c*6,8,c*4,8,c*4,0*5,c,0," +
  "f,0,c*3,0,c,0*2,c*b,0*2,c,0,c,0,c,0*2,c,0,c*2,0,c*3,0,c*4,0*2,c*3,0*3,c*b,0*4,8*3,0*8,8,0,8*4,0*2,8,c,8*2,0*6," +
  "a*2,8*4,a,8*6,0*2,8,0*q,c,0*n,c,0*5,c,0*j,8,0*u,c,0*5,8,0*6,8,0*3,8,0*3,a,0*6,8,0*a,c,0,c,0,c*2,0*2,c,0,f,c*5," +
  "0*2,c*4,0*3,c*2,0*b,c*2,0*4,c,0,c*2,0*2,c,0*3,c,0*5,c,0*f,8*4,0*6,8*4,0*4,a*2,8*8,0*5,8,0*q,c,0*2e,c,0,c,0,c,0*2," +
  "8,c*6,0,c,0,c*3,0*2,8,0*2,c,0*5,c,0*2,c,f,c*3,f,0,c*3,0*3,c*3,0,c*6,0,c*6,0,c*3,0*3,c,0,c,0*2,c*2,0,f,0,c*3,0," +
  "c*a,0*4,8*2,0*a,8*4,0*2,8*2,0*8,a*2,0,8*8,0,8,0*t,c,0*u,c,0*2,c*3,0*i,c,8,0*2,8*2,0,c*2,0,c,8,c*3,0*2,c*3,0*2,8," +
  "0,8,0,c,0*6,8,0*6,f,0*4,c,0*h,c*a,0,c*3,0*4,c*3,0,c*2,f,0*2,c*7,0,c*2,0*3,c,0,c*4,0,c*5,f,c,0*2,c,0,c*3,0,c,0*f," +
  "8,0,8*4,0*3,8,0*8,a,8*8,0,8*4,0,8,0*q,c,0*m,c,0*6,c*2,0,c*4,0*b,c*2,0*3,c,0*x,8,0*7,c,0*4,8,c,0*g,c,0,c*3,0,c*2," +
  "0,c*2,0,c,0,c*5,0,c,0,c*h,0,c*3,0,c*2,0,c*3,0*2,c*3,0,c,0*3,c*4,0*e,8,0,8*2,0*6,8,0*7,8*e,0,8,0*q,c,0*2e,8,0*3,8," +
  "0*q,c*6,8,c*4,f,c,f,c*g,0,c*4,0*2,c,0*2,c*5,0*8,c*a,0*4,8,0*c,8*2,0,a,0,8*3,0*8,a*2,0,8*2,a,8*4,0*2,8,0*2,8,0*q," +
  "c,0*2e,c,8,0,c*2,0,c,0,c,0,c*2,8*3,0,8,c,0,c*2,0*3,c,8,0*5,c,f,c*j,0,c*5,0,c,0*2,c*6,f,c*4,0*2,c*2,0*2,c*2,0,f,c," +
  "0*4,c*5,0,c,0*3,8*2,0*4,8,0*4,8,0,8*2,0,8,0*4,8,0*7,a,8*9,0*5,8,0*1c,8,0*20,c,0*3,c*3,0*2,c*2,8,c,0,8,0,c,0*6,f," +
  "c*9,0,c*2,0*2,c*3,0*2,c*5,0*2,c*3,0*2,c*2,0*2,c*2,0*2,c,0,c,0,c*2,0*3,c,0*2,c*2,0,c*3,0,c*2,0*5,8,0*b,8*4,0,8," +
  "0*3,8,0*8,8,a,8*6,a*2,8*4,0,8,0*q,8,0*2e,c*5,8,c*a,8,c*5,0,8,c*2,0*5,c,0,c*2,0*2,c,0,c,0*3,c*2,0*3,c,0,c*3,0,c*2," +
  "0*2,c*4,0,c*2,0,c*3,0*2,c,0*2,c*5,f,c,0*2,c*3,0*2,c*3,0*2,c*2,0*2,8*4,0*8,8,0,8*2,0*3,f,8*4,0*6,a,8*6,a,8*2,0*w," +
  "c,0*x,c,0*1h,8*2,0*3,c,0*4,8,c*2,0*3,c*4,0*3,c,0*6,c*2,0,c*2,f,c,0*4,f,c*3,0*2,c,0,c,0*2,c*4,0*2,c*3,0*7,c,0,c," +
  "0*2,c,0,c,0,c,f,0*9,c,0,c,0*j,8*3,0*2,8,0,8*5,0*4,a,8*9,0*3b,c,0,c,0,c,0*3,c,0*3,c*4,0*2,c*3,0*3,c,0*6,c*3,0,c*2," +
  "0,c,0*3,c*2,0,c*2,0*2,c,0*2,c,0*3,c*8,0*3,c,0*3,c,0*2,c,0*2,c*3,0,c,0*5,c*2,0*2,f,c,0,f,0*4,8,0*9,8*5,0*2,8*2,0," +
  "8*2,0*6,8,a,0,8*7,0*5,8,0*q,c,0*2f,c,8,c,8*2,c*3,0,c*4,0,c,0,c*5,0*2,c,8,0*5,c*c,0,c,0,c*2,f,c*15,0,c*4,0*3,8," +
  "0*a,8,0,8*2,0*3,8*6,0*5,8*5,a,8*8,0,8,0*q,c,0*2e,c*4,8*2,c,0*3,c*4,0,c,0,c*4,8*2,0,c,8,0*5,c*4,0,c,0,c*3,0,c*3,0," +
  "c,0,c,0*2,c,0,c*9,0,c,0*3,c*d,0*2,c*7,0*2,c*2,0,f,0*g,8*4,0,c,8,0,8*2,0*6,a,8,0,8*7,0*2,8*2,0,8,0*q,c,0*n,c,0*6," +
  "c,0*2,c,0,c,0*q,c,0*j,c,0*3,8*2,0*4,c,0,8,0,c*2,8,c,0,8,0,c*3,0,c,0*a,c,f,c*7,0,c*2,0*2,c*2,0*2,c,0,c*k,0,c*2,f," +
  "c*4,0,c*3,0,c*4,0,c*5,0*3,8,0*c,8,0*4,8,0,8*5,0*4,a*2,8*8,0*3b,c,8,0,8,c,0*2,8,c,0*2,8,c*3,0*2,8,0,8,c,0*3,c,0*6," +
  "c*a,0,c*4,0,f,c*5,0*2,c,0,c*6,0,c,0,c*f,0*5,c*2,0*2,c,0,c,0,c,0*2,8*3,0*4,8,0*6,8*2,0*3,8*3,c,8*3,0*4,a*2,0,8*4," +
  "a,8*2,0*w,8,0*1i,8,0*v,8*4,0*2,c*3,0,c*5,0,8,c*5,0*2,c,0*6,c*4,0,c*7,0,c*4,0*2,c,0,c*9,0,c*3,0,c*6,0,c*a,0,c*2,0," +
  "c*3,0,c,0,c*2,0*c,8,0*3,8*2,0*3,8,0,8*5,0*4,a*2,0,8*9,a,8,0*37,c*9,8,c*6,8,c*5,0,c*2,0*6,c*3,0*3,c*3,0*2,c*3,0*6," +
  "c*2,0,c*2,0,c*3,0,c*2,0*2,c,0*3,c*3,0*3,c,0*3,c*2,0,c*2,0,c*2,0,c*3,0*2,c*2,0*3,8*2,0*b,8*4,0,8,0,8*5,0*4,8,a,0," +
  "8*7,0,a,8*2,0*s,c,0*2g,8,0*8,8,c*2,0*3,c*4,8,0*3,8,0*6,c*3,0,c*6,0,c*2,0,c,0,c*3,0,c*4,0,c*n,0,c*2,0,c*5,0,c,0,f," +
  "c*2,0*l,8,0,8*5,0*4,a*2,0,8*7,0*w,8,0*x,c,0,c,0*1e,c*2,0,c,0*2,c,0*2,c*5,0,8,0,c*5,0*9,c*4,0,c,0,c*3,0,c*3,0*6,c," +
  "0,c,0,f,c,0*4,c*3,0*4,c*b,0*6,c,0*2,c,0*g,8,0*5,8,0*4,c,8,0,8*4,0*4,8,a,0,8*5,0,8,0*3,8,0*s,c,0*x,c,0,c*2,0*1p," +
  "c*2,8*2,0,8,0*e,c,0*4,c*2,0,c*2,0*6,c,0*2,c*2,0,c,0,c*5,0,c*a,0,c,0,f,c*2,0,c,0,c*3,0,c*5,0,c,0,c*2,0*2,8,0*2,8," +
  "0*8,8*2,0,8,0*3,8*2,0,8*4,0*4,a*2,8*a,a,8,0,8,0*q,c,0*2e,c*4,8,c*2,8,c,0,c*6,8,c*5,0*2,c*2,0*5,c*3,0*2,c*3,0,c,0," +
  "c*3,0,c,f,c,0,c,f*2,c*6,0*3,c,0,c*6,0*2,c,0*6,c,0,c*3,0*2,c*3,0,c,0*2,c,0*3,8*2,0,8,0*8,8*5,0*2,8,0*2,8*4,0*4,a," +
  "8,0,8*9,a,8,0*s,8,0*x,c,0,c,0*1g,8,0*5,c,0*2,c*3,0*5,c,0*b,c*2,0,c,0,c*8,0,c*3,0,c*2,0,c*6,0,c*8,f,0*3,c*4,0,c*e," +
  "0*2,c*3,0*e,8*3,0*4,8*2,0,8*4,0*4,a*2,0,8,a,8*5,0*5,a,0*35,c,8,c,8,0*5,c,0*2,c*2,0,c,8,0,c*3,8,0*3,8,0*5,c*3,0," +
  "c*c,0,c*5,0,c,0*2,c*2,0,c,0,c,0*2,c,0*2,c*2,0,c,0*2,c,0,c*3,0,c,0*2,c,0,c*7,0,c*2,0*5,8,0*8,8*5,0*2,a,8,0,8*4," +
  "0*4,a*2,0,8*7,0*5,8,0*q,c,0*x,c,0,c,0*k,c,0*2,c,0*7,c,0*3,c,0*e,c,0*3,8,0*3,c,0*2,c,0,c,0*3,8,c,0,c,0*4,c,0*5," +
  "c*w,0,c*q,0,c*4,0*3,8,0,8*2,0*9,8*7,0,8*4,0*4,8*2,0,8*b,0*37,c*3,8,c,0*5,c*a,0*3,c*3,0*5,c*e,0,c,0*5,c*3,0*6,c*4," +
  "0*2,c*2,0*4,c,0*4,c*3,0,c*2,0*3,c*4,f,c,0*5,8*3,0*8,8*9,0,8*4,0*4,a,8,0,8,a,8*8,0*2c,8,0*v,c,0,c*2,0*2,c,0,8,0*2," +
  "c*3,0,c,0,c*3,0*b,c*b,0,c,0,c*3,0,c*b,0,c*j,0,c*8,0,c*5,0*e,8*4,0,8,0,8*2,0,8*4,0*4,a,8,0,8*5,a,8,0*3b,c*4,0,c*2," +
  "0,c*6,0,c,0,c*3,0,8,c,8,0*7,c*5,0,c*8,0*2,c*2,0*3,c*2,0*4,c,0*2,c,0,c*3,0,c*5,0,c,0*5,c,0*2,c*4,0,c,0*2,c*3,0*5," +
  "8,0,8,0*6,8,0,a,8*5,0,8*2,0,8*4,0*4,8,0*2,8*7,0*3g,c,0*2,c,0*2,c*3,0,8,0,c*3,0*b,f,c*2,0,c*6,0,c*6,f,c*n,0,c*i," +
  "0*2,c*2,0*5,8,0*8,8*6,0,8*7,0*4,8,0*2,8*c,0*3a,c,0*2,c*2,8,0,8,0,c*3,0,c,0,c,0*b,c*9,0,c*7,0*2,c*2,0,c*2,0,8,c*2," +
  "f,0,c,0,c*3,0,c,0,c,0*2,c*6,0,c*3,0,c*4,0*2,c*5,0*4,8,0*a,8*6,0,8*2,0,8*2,0,8,0*4,8,0*2,8*3,0,a,8*6,0*38,8*2,c,0," +
  "c*3,0,c*5,0,c,0,c*3,0,c*2,0,8,c,0*5,c,f,c,0,c*8,f,0*4,c*5,0*2,c*5,0*2,c*2,0,c*3,0,c*4,0,c,0,c*f,0,c,0*5,8*3,0*8," +
  "8*6,0,8*2,0,8*2,0,8,0*4,a,8,0,8*7,0*2,8,0*3a,c,0*8,c,0,c,0,c,0*3,c,0*b,c*6,0*4,c,0,c,0*2,c*6,0,c,0,c*3,0,c*6,0*3," +
  "c*3,f,0*2,c,0*2,c*8,0,c,f,c,f,c*2,0*5,8,0*b,8*6,0,8*5,0,8,0*4,8*2,0,8*2,a,8*4,0*3b,8,c,0,c,0*2,c,0*2,c*5,0,8,0," +
  "c*2,8,0,c,0*2,c,0*6,c*1o,0,c*3,0*3,8,0*a,8*5,0,8,c,8*4,0,8,0*4,a,8,0,8*5,a,8*5,0*37,c,8,0*4,8*2,c,0*2,8,0,c,0,c," +
  "0,c,0*3,c,8,0,8,0*6,c*4,f,c*e,0,c*a,0,c*6,0,c,0,c,0*4,c,0*2,c*5,0,c,0,c,0*2,c*5,0*e,8*6,0,8*2,0,8*4,0*4,a,8,0," +
  "8*3,a,8*3,0,8*3,0*s,8,0*2e,c,8,c*3,0,8,0,8,c*3,8,c,0,c,0,c*3,0,8,0*9,c*5,0,c,0,c*5,0,c*2,f,c*7,0,c*4,0,c*d,f,c*4," +
  "0,c*3,0,c*7,f,c*3,0*4,8,0*9,8*6,0,a,8,0,8*2,0,8,0*4,8*2,0*2,8*6,0*w,c,0*u,c,0*2,c*3,0*b,c,0*12,c,0*3,c,0*3,c,0*4," +
  "c*2,0*2,c,0,c*2,0*a,c*w,0,c*d,0,c*9,0,c*5,0,c,0*5,8,0*8,8*6,0,8*2,0,8*3,0*5,8*2,0,8*7,a,0*4,8,0*1k,8,0*1k,c*9,8," +
  "c*b,8,0,8,c*2,0*5,c*7,0,c*w,0,c*3,0,c*9,0,c*9,0*3,8*3,0*3,8,0*4,8*6,0,8*7,0*4,8,a,0,8*4,0,8,0,8*4,0*s,c,0*r,8," +
  "0*o,c,0*x,c,0,8,c*2,0*3,8,0,8*2,c*3,0*2,c*3,8,0*3,c,8,0*5,c,0*2,f,0,c*2,0*2,c,0*3,c*7,f,c,0,c*6,0,c,0,c*7,0,c*3," +
  "0,c*9,0,c*4,0,c*3,0,c,0*3,8,0*a,8*6,0,8*2,0,8*2,0*6,8*2,0,8*4,a,8*6,0,8,0*35,c,8,0,c*2,0*3,c,8,0*2,8*2,c,0*2,c," +
  "0*2,c,8,0*9,c*2,0,c*4,0,c*7,0,c*4,0*2,c*2,0,f,0,c*7,0,c*2,0,c*5,0*3,c*5,f,c*2,0,c,f,c*2,0,c*4,0*3,8,0*a,8*2,c," +
  "8*3,0,8*2,0,8*4,0*4,8*2,0,8*5,a,8,0*2,8,0*2,8,0*q,c,0*o,c,0*b,8,0*j,8,0*c,8*2,0*f,c,0,c,0*9,c*2,0,c,0*3,c*3,0*9," +
  "f,c*7,f,0,c,0,c*3,0,f,c*2,0,c,0,c*4,0,c*5,f,c,0,c,0,c*3,0*2,c*2,0*2,c,0,c*2,0*3,c*3,0,c*5,0*g,8*6,0,8*5,0*6,8,a," +
  "0,8*2,a,8*4,0*2,8,0*2,8,0*i8,f,0*h,f*3,0*4,f,0*6,f*w,0*5c,f*r,0,f*10,0*5c,f*a,0,f*3,0,f*3,0,f,0*3,f*3,0,f,0,f*3," +
  "c,f,0,f,0*3,f,0,f,0,f,0*3,f*3,0*3,f,0,f,0*2,f,0,f,0,f,0*5e,f*4,0,f,0,f,c,0,f,0,f,0*2,f*4,0*4,f*4,0,f*7,0,f,0*2," +
  "f*2,0,f,0,f,0,f,0,f,0,f,0,f,0,f*9,0*5r,f*2,0,f,0*6,f,0*6,f*2,0*d,f*2,0*65,f,0*7d,f*4,0*6t,f,0,f*2,0*2,f,0,f,0,f," +
  "0*p,f,0*79,f*2,0*5l,f,0*j,f,0,f*2,0*6a,f*4,0*2,f,0,f*3,0,f,0*m,f,0*3,f,0*5,f,0*d2,f,0,f,0,f,0*3,f,0*3,f*i,0,f*7," +
  "0*2,f*4,0,f*f,0*5c,f*f,0*6q,f*2,0,f*5,0*5,f,c,f*1c,0*5c,f*g,0,f*c,0,f*2,0*6o,f,0,f*2,0*2,c,f,0,f*3,0*2,8,f*3,0,f," +
  "0*3,f,0,f,0,f,c,f*7,0,f*3,0*2,f*2,0,f,0,f,0*60,f*2,0*7,f,0,f,0*4,f*2,0*4,c,f,0*7,f,0*6l,f,0*b,f*5,c*2,f*8,0*5c,f," +
  "c*2,0,f*7,c,f*5,0,f*5,0*4,f,0,f*2,0*2,f*v,0*5c,f*8,0,f,0*12,f,0*3,f*6,0*2,f,0,f*2,0*5s,f*r,0*5,c,0,f*3,0*5z,f," +
  "0*e,f,0*3,f,0,f*q,0*5h,f*l,0*b,f*d,0*3,f,0*8,f*7,0*5c,f*2,0,f*8,0,f*2,0,f,0,f,0,f,0,f*2,0,f*3,0*e,f*3,0,f,0,f," +
  "0*3,f,0,f,0*4,f*3,0,f,0*5d,f*2,0,f,0*2,f*3,0*2,f*4,0,f,0,f,0,f*2,0*q,f*a,0*3,f*2,0*yt,f*r,0*5d,f*4,0*4,f*6,0*g," +
  "f*2,0*k,f,0*3,f*6,0,f,0*5c,f*d,0*4,f*a,0,f*3,0,a,0*b,f,a,0*5u,f*6,a,0,f,0*5,f,0*89,f*8,0*5c,f*1h,0*2,f*9,0*5c," +
  "f*17,0,f*k,0*5c,f*1s,0*5c,f*u,a,f,0,f*v,0*5c,f*u,a,f*g,0*2,a,f*2,0*4,f*7,0*6p,f*6,a,f*3,a,f*2,e,a*2,0*5c,f*7,0,f," +
  "a,f*4,0,f*3,a,f*2,a,f,0,a,0,f,8,f*6,a,f*8,0,f,8,a,f*2,0,f*3,0,f*4,0*5,a,0*5d,f*b,0,f,0*5,a,f*b,a,f*5,0,f*2,0,f,a," +
  "0*5,f*5,a,f,a,f*6,0,f,0*5c,f*7,a,f,0,f*3,a,f*2,0,a,f,a,f*7,e,a,f*2,0*69,f,0*n,f,0*b,f,0*63,f*4,0*14,f,0*7,f,0*2," +
  "8,f*8,0*65,f,0,f,0*6m,f,0*g,f,0*p,f,0*5y,f,0*2nj";

/**
 * For each byte, the most characters (bytes that are not UTF-8 continuations) of any token that holds the byte;
 * 0 when only the token of that one byte does and it is a continuation. Runs as above, 256 values.
 */
export const mostCharacters: string =
  "2*2,1*7,o,29,1*2,q,1*i,3k,g,y,28,9,w,8,f,y,c,2o,20,a,35,1t,29,3*a,g*3,2o,c,8,f,q*q,a,d,a,8,1s,6,q*q,8,25,a,w,1," +
  "l*3,h,l,g,h,l,h,j,c,g,l,h,e,g*2,e*2,d,h*2,g,h*2,l,j,h,f*2,h,g,h*3,l,j,l,g,j,h*2,l,j,d,l,h*2,j,l*3,j*2,h*2,l*2," +
  "h*2,g,h*3,1*2,8,j,e,f,7,1,6,d,c,2,7,1,c*2,h*2,e*2,a,g*2,b,c*2,9*2,1*4,l,f,g*2,b*6,8*3,6,2,a,4,3,1*e";

/** Every run of this many U+0020 and fewer is one token. */
export const longestBlankRun = 79;

/**
 * Words that are one token together with the space before them (` the`), the most frequent first; the list itself is
 * separated by spaces, so that each stands in it as the text has it.
 */
export const singleTokenWords: string =
  "the in to re th and of de is for on con be st al pro an com ne se en wh as qu it you with that this tr he or le " +
  "ex un if at ch pr are la cl we from su new do return The not pl your sh ar el by que can me was int have par ad " +
  "ab res get all te In des will class Th public us im per vo go so dis ma cont out und has et no em up man pre es " +
  "sa but est na St Re set my am more var ro gr str op inter col part one void sp ag they const da Ch our their pe " +
  "comp self app def time any ob over die about del stat work er function which ent add bl van bu String fe use " +
  "else para id also who System It der his some data ver private pos null Pro acc when je end other off af year br " +
  "like name need kn di reg just This act org ser her been may les true min een there Un rec them real ac che por " +
  "ind Com ph hel comm los co what bet We ap met value fr lo het av had val sc du cons med det would false type how " +
  "dr dif were into sur Tr De cre make Con result rel loc sub fl Se java list than first aw bo import tem back " +
  "start ein only You ke its fil string inform form look let static best under trans most find person ed help Wh ng " +
  "rem people Al car He ass want An don long gu sk inst um final arr read ge ve test every Ar spec should know sm " +
  "mon cr she Ex well pres sch si den il exper som hand mod dat then through pol user char inv opt require If sim " +
  "right pass stud very As these web dec sol product case good mak cor ka vis bel prof dur down bus where two see " +
  "sl post att pour aut high after ext even now Sh art And eff men una file sup mark many os las gl cal way much " +
  "bec Le dem ho could om ou New while said used Pl try fam og number mo serv years event here play cas print En " +
  "fin key log comple On day information item differ pas last sin tak Cl program word includ text current great For " +
  "ins gener does fa sign because home such free did before num process provid Pr ya online voor take ste Fr own " +
  "Res child view cap das break arg top size sit show ce model using design sal check world week son book him mit " +
  "think business tot again system call prote cent pa zu point Be produ Col being rep mat made each poss run une ha " +
  "place qual po cle soc found open ist support create Gr pat To como super line All cho ku partic ni order service " +
  "develop App contin method custom Or quest state next life request those eas follow care So mu vol vi array " +
  "different oper List prov beg expect mov dans Sch Te mar organ same Ad coun intern local site rece proble style " +
  "ref really ik pop writ sem ide main Ind Is sw net pay qui default au exp commun equ must dan von game conf " +
  "object direct fun dep available fact hab around Sp cu Br rest ta between cour ret wer old say non Me mais market " +
  "term error cert ti pu android mus still ang plus auf without Get month ak mas US disc offer err going both ben " +
  "project max No put page report build uma incre happ La ann love leg client seg Ob come ter But als ba std color " +
  "fri cost second content too path Qu eng Cont few wa hist Bl Im port aan Mar lim full appro pod access effect kan " +
  "They ja Ph company message stand spe head ko feel Des kom IN pot zijn level document team mill enc bas mem " +
  "health sure experience El invest How field lot Man ca There imp things mag ir small table iss License won ki sex " +
  "mom protect response always Amer consider present tu change ans perform job range during keep review prom Par " +
  "days important Sc aff little techn hum dos three water expl input va interest better room website ess til link " +
  "including big ol mult power index AN school li hard Ab code catch plan vous family double success got fac within " +
  "date account exc sam struct something bit beh nicht left group might element control services special provide " +
  "red mot dist At count bar total base chang another image area She since Fl vers body give gen hot trav war " +
  "extends sich har util My kind search air assert social contact record echo bro turn email gre fore href action " +
  "bed able bir niet dest Do anal required less allow address javax looking never target material sus bool mil " +
  "param dig Dr title ask With context video personal config grow cou mal Ver entre sent indiv boolean profession " +
  "buy dom options mes console products Su money adv price version individ include avec NULL Dis dev Eng ident " +
  "children law Reg Set http fre sn nov uns aus match Med za bes following gover mi nos Car Sie position ing map " +
  "await short update lat visit Intern uit Not nil hal today eine sob mach creat Add sou dire fut bij obj Can blog " +
  "working nu door based lead appe lik comb making occ Gener ze possible far activ kun meet sever course cam done " +
  "quality ID auch research Int ur yang away alle ay moment cell light label imple sum understand div easy Er vot " +
  "food vari wel times past four mind along begin source od seem ens throw enjoy May house already User When iz " +
  "software side Log exist Pol deb cover property ten whe given impro Em download width protected employ block " +
  "pract called tre mer kw against results Christ Bo DE perfect redu cur prim Date ra large needs benef ny bi float " +
  "pag thing why Min din individual win Cal certain este low camp conc elect Ne respons inte View fund learn alg " +
  "dies via status energ students sort ut thought trad amount neg valid By src hat Est Ser live Text having That " +
  "inc ook esc situ land tool display single Ste talk node Die until What ant ich len More kon Co Per mor Pre func " +
  "govern None cond treat url educ publ Test gro Object Je height cult Up clean mis och load purch simple toget " +
  "together nie once items output select wat Ass means original dit ok card cir actually mean beaut often either " +
  "makes bad tod problem comput hom supp God getting dam Am values Array deal community Data connect cred mass " +
  "please sobre amb bon later Mon geb quick ao night specific tal ever story initial features details natur " +
  "particip Your ele author below store Web continue Part OR space several prob recomm University emp question ont " +
  "country instance cook face enough send Gl phot pur args uint clos press Gu example members alt says These bal " +
  "ber Off study gar host extra heb financ ach particular become sind city player major others games media sens Ge " +
  "especial button hold Euro write necess Mark yet prec kl polit lib stay save autom location favor news pers One " +
  "font nga teach throws sche hours comes oder complet THE sav miss women share pie copy above least larg Val nam " +
  "friend etc provided focus Act represent due application reason Comp season bre row walk pick wait Nov pou sont " +
  "Dec across compan File close period Us development auto hu move future tamb writing werden Form ago track click " +
  "task offers sie dating doing OF opportun inn option handle princip gir Il ev pal Our bien common pack sym Free " +
  "questions clear ah created zo np comment info typ discuss music users mga State pict human Bar subject network " +
  "signific Read determ started maint ren role Art tw IS minutes tele bil compet pred global nh econom Public temp " +
  "tell though hope tout applic months cy box Post Trans associ length everything relations Es strong complete Det " +
  "bei known ges nach However United obt front points tax Cor Ag async film whether ple series deg maar See inf " +
  "heart Inter RE dir young fall respect watch bring db Str Class dar choose install eu happen fast friends stop " +
  "invol history hor City someone General wie json query Dep phone pet anim infl popular window industry btn age " +
  "unique enter million kh American added fit vor Ang strateg sil article Cr wir Google collection CON ot uk virt " +
  "came ih yn fig experien exam phys aux Fe character addition near join tim Of environment previous works hon trab " +
  "conse override various prop device render wr hi nd https World accept John register expected Sub professional " +
  "terms Red energy black perm ep limit Sm naar parent went step News general customer chall column Cent companies " +
  "provides types format sugg server engine dass pen sel Aug member customers West contr ek diffic Pa Out early " +
  "Please weight dim answer idea terr hier government Apr whole took Don Copyright normal indic Some reading issues " +
  "password cut apply received express beautiful suggest coll mel Ed needed events fi Home anything correct onder " +
  "training sy Cre switch regard taking delete center gi Pe draw York nous seen AND internet React TV screen " +
  "performance among Check sing lang wonder Just prior tag session interface impact www remove auth natural kann " +
  "rate priv rap loss Europe Acc votre building cannot feature integr actual files relationship After sec Return " +
  "opp init tro technology brand command voc exact comfort background platform grand implement worden percent hotel " +
  "half sig except sen selected Hot pan words component rights resol Pres Event pi living conditions travel " +
  "management Park seu believe sites foot True ST End language receive claim dog potential fire Gre staff nog white " +
  "simply veh five esta ill kar Service description Oct Port mut entire hol dro todo casino ju everyone Her Sw conv " +
  "Def Ap bud nou difficult SE further stock Now ger wird Stud deze decl nas root gam Create School emb saf vir " +
  "High Ze ts token ord San Integer Sol Mus Ma additional Air issue changes han paper cele includes ga yourself sua " +
  "Pat marketing forward Time filter mir taken contract trying connection tech bab ses crit bill refer az areas " +
  "active however States inde National quite reserv ensure Serv student border mode similar inside einen soon dal " +
  "tom wor almost running Count financial separ TH board South plant doc ax modern Ent currently Color Work fan " +
  "waar Will sv era problems tab Exception flex stream ful nur prem credit muit jed ded designed office Na Rem " +
  "template latest Best UI Online third famil insp bank todos aqu fem sab lower significant nothing effort Het " +
  "takes NS Book regular fill heeft compr bin mid likely fra told tour usually ready hac especially msg gew ways Ac " +
  "organiz deliver ib Type Facebook restaur recommend models Ant Game standard requ Les risk probably params " +
  "reviews manufact agre tar digital condition Soc increase according entr cause Tw Inc vez tut plac Del Day " +
  "section hit lov Hand fail NOT song transform knowledge approach mobile production bag lie happy sales choice fab " +
  "consum matter couple related Rob fo recent North definit books PM Mod wanted security bis Windows From estab AM " +
  "subs ru Sl Met dise foi drug players imm yo coming amaz Center entry req aj pretty desc higher meer Math " +
  "published bol Feb Found pero frame Here altern official purchase Name gas vel ig prevent sun Program ris machine " +
  "Map virtual sound round WH sale included party prefer noch tur concern absol returns einer Internet touch arch " +
  "investig oil shows pel nice zum ci progress temper longer mai resources EX six kr pain sell parte fol treatment " +
  "weeks Product esp graph einem fait note clients menu images held announ haben systems drive tor hun learning " +
  "random UR gest continu hy viol outside Av rather international anyone forma worth upon calcul March policy " +
  "Software located introdu aud solution faz distributed written vert facil Har computer multiple Black confirm FOR " +
  "reach hij mens nem Inst nt Use April EN instead leave unit ei appear feed propos san cette rele wordt dia safe " +
  "transport English speed ground kids asked legal bul ul administr assist vac Afr national celebr Fin medical " +
  "Design Austr Open Long His apr Then behind rom recogn Mal House tit Si easily Fre proced June late flow average " +
  "Group education Sal Go Direct database Bro ideas nature opportunity skills Mag spr materials throughout ball " +
  "parts norm imag cha comments seems till ANY affect icon paint Sk cases collect TO Hol Health Key allows storage " +
  "Over methods Mc charg proper candid August Main zur sein region variety comme Start Sim Image False skin pun ip " +
  "excellent chat complex exception Top fort death AS hebben cop September chance gel quickly Cas nom Business " +
  "cross programs sist deep ones hair America lock activity insurance built China wish leading faire Dav seek " +
  "patients cart necessary Dan cool Cons tree July activities wide band Model nan resid memory instit consult wrong " +
  "remember JSON Id header empty slot Super unt looks implements release circ town Ber quant fant filename practice " +
  "movie playing star Person Mac gan growth aber County cada saw discover kas Ke Any meng immed ability Der pap " +
  "pattern resource photos hay useful Microsoft tan expert First favorite compar Link ton floor Http lives margin " +
  "properties charge Jes tend PRO UK levels jour wur pool Pal avoid improve evalu India While god frequ vida parse " +
  "recently daily mehr score empres compl equipment tools firm ai selection abs capt liter analysis prices convert " +
  "Sa career Ben roll amazing boy jo verd finally effective updated influ demand concept trust bath pros fer kle " +
  "sense train sz directly Aut FROM club dh alert Techn liv fields didn pages War Commun projects Prom aspect gold " +
  "km buffer goal PC vie thread starting Bel Brit notice moet exerc lu Information gets techni elements mention kam " +
  "blood Error views decision numbers observ November owner associated Sen delivery adult histor attention January " +
  "rob International rais tid lines Real attempt rock morning category shall Ein oh WITH picture dag bottom Sam " +
  "verb kwa Base college essential road IT commit settings innov sleep names earn October sold Down cin Project " +
  "Vector photo King ign extrem woman unsigned pul parents solid Lo durch situation lost goes advert itself " +
  "benefits internal enh evid Also satisf hour module muy trip GNU regul positive uses rot smart cab green profile " +
  "desde challeng structure diff drink girl dark cov Most Big transfer doesn contains groups consist opin pes rat " +
  "kut Created highly tmp led raz driver plans hands mm costs nue Los scr gives independ cos fine Hel nj countries " +
  "fresh offset Opt cit myself UN kat Let lic capital nut syn inj piece College jud ven cat ideal Vol providing Ih " +
  "numer medic Prof ini fat mog industr shop Play untuk primary neigh Result defined finish Foundation pelo Por " +
  "sizeof requirements completely warm daar Update oc bak TR pare agus guide Fil ban meeting Message changed worked " +
  "Number Page President mol individuals Di prime serious edit URL December Initial peut oo constructor Russ dead " +
  "ye HT AR peu Call byte versch safety themselves mount former cm setting execut stress direction pub Item lig " +
  "payment creating allowed vit container Das fix wood describ Every Du Aus scale NO distance mb effects Char " +
  "summer channel helps raise cash Ill prepar push stuff kunnen Net ped bur Que successful links failed andere " +
  "optim solutions hem sport Che Friday Op WARRANT strength Associ applications Make exclus stage vict states " +
  "conduct puede printf Bit accur camera mun convers Android basic drop Code interested counter Dem dengan rent " +
  "login Vis considered entity suff Response muito elif callback definitely operation fair img partner encour " +
  "Amazon align vehicle foreach ez emerg interesting huge certainly Sur USA respond basis force obtain padding " +
  "shape constant existing birth hear shared fest rules Returns places veel parameters Den eyes sea depend Hotel " +
  "essay relig fully flag stra gebru akt Mr route appropr Rel theme commercial Tem culture purpose reference pode " +
  "wall TODO porque pens Good Cap Services exactly Mer Company statement measure Department organization difer " +
  "unter gran package vector nombre Law London developed env license tra advant surface poder mix Find soll eg " +
  "construction motor classes pow fn Fire thinking Phil Back lag slow meas decided dream involved difference " +
  "physical relev io namespace jaar reported vill sans pela cast Gold editor rates II intent somet fight cookies " +
  "carry leur diagn tips blue characters vent giving felt degree lab pressure conven aussi Street Action secret " +
  "limited tun released lan rad reserved Mat paid kal Show master budget solo ON Bank dry Card Value functions " +
  "stories Point mul towards Vi viel gem sust Instit Version mother middle Et spot univers cum videos wenn Ho " +
  "symbol posts CH Mo doll Um moving sometimes sender Leg pm spend kur Power replac kitchen ett Develop core Input " +
  "Max grande kont Click Land goed IP mail maybe dump undefined Cour baby Apple France decis cours sat Mart soft " +
  "gratis mort shown Task ons pesso hund gave sample Edit guarante specified geen attack Request Japan reve " +
  "February prod Table vs devices assess mundo straight contain Eu bez Hash planning html pin restr prev tijd Media " +
  "layer twe letter adjust CO ri otherwise tou Mil hop became dent passed Arch Thank police helpful expos deux rank " +
  "campaign court gift patient sports saying browser API anti steps sud modify understanding admin ia username Year " +
  "Sil Produ Canada contra IO rich labor damage sau actions quer cual began Stand argument eer smo reduce tx coach " +
  "businesses Great panel sed furn generate jobs SO nation Christmas COM incor nag California pictures micro arm " +
  "vos Twitter president Os wonderful manager tried Other divers political corpor ble comun curr Search supply " +
  "thous Word cout serve returned healthy tip hus nav played advice Config bere beginning Wash dol ces Jesus " +
  "regarding bem cards heard Are dress trade David layout White Bet Sunday eigen maximum vec pand largest saved Rep " +
  "neces grid principal speak vend articles growing Ins heat pair quel Tex iter lui dann traditional produce " +
  "balance bat chem decor writer tiene wants rule appreci exit Oper feeling monitor ale tam errors weekend Even sac " +
  "components fue merc tous hash Ha Assert viv mechan fu overall Club Monday tel comfortable Saturday immediately " +
  "Order Flor greater tests Sign sand miles sql agree Author fabric spirit strategy cel Team ikke instr fir " +
  "employees expand demonstr Educ looked colors turned kap rev East batter cer hospital stack Ba lots Board Men " +
  "clin conn detail messages reli casa requires jou Plan loved Mas Jack serial offered ctx shipping Node Build ty " +
  "Tur insert psych scen topic SH sor responsible mask uw logger meaning trabal Button Sex gez NE hacer ps volume " +
  "eye reader Green Social nke truly Las js diet pil WHERE tv Auto reports Component gut metal recon Coun operator " +
  "glass Lat tipo Engine Function Kom estim gy parameter Many Auf caso eller investment feet setup audio extremely " +
  "variable sett guid Video appropriate central minimum Research easier disease gal isn correspond ker retr Method " +
  "epis placeholder della completed weather grup hous provider protection Mit album encontr adapt warrant temps " +
  "edge himself kor thank durante schools scene bonus Whe electric knew ole increased opportunities sector nak " +
  "ingred dialog wind vid Franc Network science compared studies spent farm Camp ea eat alone cells broad scient " +
  "Son Management visual bot offering mejor cro Rest teams Local Fore fans Att pad wo library race increasing zich " +
  "announced mand BE gradu Custom Star mac figure brought IM sul Kr txt economic cuando vast attract beach OK wet " +
  "Line rooms Cam ile Office Paul goals incl Yes api pull polic bh wire lok spread offic Console Well identify " +
  "occur coff relax listen mur raw resp determine enable Jah fel girls PR shoot elle Qual loop harm Global estr Lin " +
  "ll named wax ihr testing mist AT ster Download surv sar families DB Ik discount benefit sources forms wife sehr " +
  "concentr cup afford station population launch mp mont Each Jan dont tempo Trump anc award implied WITHOUT income " +
  "Room ub builder wear unser shopping bound father beyond ult gain thr collabor Sun powerful Gal burn highest " +
  "Govern bytes tent Double loan factors wurde guys manage ee Description ej calls besch gebruik mere Dev anos " +
  "finished nearly communication Full memb talking traff cmd immer thanks script Life reasons evidence records " +
  "voice fav lack quando objects mijn fear vil dispon export spect verw Price aim guard nor hundred hasta " +
  "experienced trial agent realiz park permet endl repe initi ged wieder kil Gar maken technical domain Gen valor " +
  "haar radio European Tom detect weer secure Ener lif Mill cancer dict props Box particularly Texas Washington " +
  "friendly Look inclus Plus removed esper Univers guess arguments Account isso pom surround apro Australia " +
  "restaurant jog zelf Casino aren Blue although Isra threat Spiel wrote cache Pay impress earlier agr church onze " +
  "lit sets Mont Dat dy ast vu Control absolut fetch naj Unity waiting bod distr fon Para strict bra Arg upload uno " +
  "hyd passion seconds listed remov connected operations Organ temperature COVID notre mission academ cloud schon " +
  "partir momento estate jag boost Care aplic lev Som mesmo whose Elect finding impos helping reflect cv cold multi " +
  "ov vai guy challenge websites director Term wij sb CD moved Creat generally surpr doub Review ahead Report iyo " +
  "scre fal gaan opening controller compare Note sys external gibt ati atr Enter capacity Last matrix Rock Ess " +
  "apart schedule AL Since jeg Contact menos dispatch born configuration Thanks journal Simple gone nar Div Water " +
  "Ur ud posted sexual processing alloc appoint Mor relevant factor wild rac artist seus doctor Da rub copyright " +
  "todas Bay annual ment Frank grad rapid permit critical larger truth mental dus Tra organis buying incred uz " +
  "tanto ship closed proces lugar sweet zero cheap efficient Ol minute Rich jam Tor SP Thursday federal shot " +
  "readonly Oh interview hoe Once affili transaction emot Process Miss Mass missing Player therap Application Pop " +
  "alles Road talent Jo flat Vir male Bi Ide zw coffee experiment orders poor Jul cant distribution Bed directory " +
  "leader gj gesch Cong rid crusher happened GL Tuesday els lose Head advantage peace Special Why Exper welcome " +
  "beste mad People Store unless Christian analy MA doen dari Final negative helped equal fees euro jest attr " +
  "slight scope journey split Paris Bon followed updates tri instanceof homes adding intr grat werk James Po " +
  "Community inner rout none fee ali civil donde vom Tele Alex nap behavior tail Anal dei luck Court ade Boolean " +
  "remain trail pieces sistema Child traffic movement Unter prest nat applicable older produced establish ring surg " +
  "ndi haven Prem nod diese fashion established Only reset instant Pet Stat Ann Promise rare ainda perman " +
  "successfully supported Auth origin tiempo billion shift styles Kon poll specif plot lux spring agreed logo notes " +
  "construct pri husband Music creative therefore apps motiv signal describe decre eleg brain oblig stick street " +
  "techniques tap French mg Wednesday heavy maintain Van Light seven veg promot holiday Support perhaps Association " +
  "Indian About ug quarter moder expression pra Prop Pass wedding driving placed advanced kunt Access keys achieve " +
  "eta decide abstract Kn Love professionals retail camb Bre laws mess IOException Intent exists SQL neighbor " +
  "exchange sang Republic posit Master propr Ir upper Block Live Blog chi experts Material capac covered zal ham " +
  "blo pon Collection Print py rect Spe sharing Java attribute LA suitable prepared seeing Buy contribut HD delay " +
  "ved AP nad Robert waste define CA bek kept fond experiences efforts sow Lou British orient redirect trading EU " +
  "garant Fort fixed ano starts vr military Today Ak Mi thoughts primer smooth AD wil mayor porn habe lleg fazer " +
  "habit Server Tag Michael centre weiter kad replace Bu dess antes onto dispos units sempre mater handler Two " +
  "independent accommod steel alternative mock math destination football Africa pent applied mine avant champ Like " +
  "courses kit PART Ro nuest Tim happens thousands tok Und gef Zeit attend biggest compliance Esp presented " +
  "described Beach Central meg Ra Mel Manager Az gek dalam coverage extract properly documents importante autor " +
  "Lord sympt bought earth estar liqu DO Press chain Load Wir PDF danger Pan Select";
