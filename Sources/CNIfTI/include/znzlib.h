/* Debian's <nifti/nifti2_io.h> includes its sibling without the directory. */
#pragma once
#include <nifti/znzlib.h>
