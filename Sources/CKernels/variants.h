#pragma once

/* A function with this attribute is built for several instruction sets. */
#if defined(__x86_64__) && defined(__linux__)
#define CK_VARIANTS __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define CK_VARIANTS
#endif
