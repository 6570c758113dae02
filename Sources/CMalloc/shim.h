// The settings of the C library's allocator, which its Swift module leaves out.
#ifndef CAISSON_CMALLOC_SHIM_H
#define CAISSON_CMALLOC_SHIM_H

#include <malloc.h>

#endif
