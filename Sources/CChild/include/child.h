#pragma once

#include <spawn.h>

/// The version of Landlock that the kernel has; 0 where it has none, or has it switched off.
int child_landlock_version(void);

/// Takes from the calling thread, and from every program that it starts, the right to change files anywhere but below the folders.
/// A folder that does not exist is left out. Cannot be undone. Returns 0, or an errno.
int child_allow_changes_below(const char *const *folders, int count);

/// Closes all descriptors from `first` on in the program that is started. Returns 0, or an errno.
int child_close_from(posix_spawn_file_actions_t *actions, int first);

/// Starts the program in this folder. Returns 0, or an errno.
int child_change_folder(posix_spawn_file_actions_t *actions, const char *folder);
