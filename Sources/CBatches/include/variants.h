#pragma once

/* A function with this attribute is built for several instruction sets. */
#if defined(__x86_64__) && defined(__linux__)
#define CB_VARIANTS __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define CB_VARIANTS
#endif
