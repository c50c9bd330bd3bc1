# SPDX-License-Identifier: Apache-2.0
# Run by cpack on what is about to be packed: what Debian's policy asks for and a plain installation does without.
set(root "${CPACK_TEMPORARY_INSTALL_DIRECTORY}")
file(INSTALL "${CPACK_DSR_COPYRIGHT}" DESTINATION "${root}/usr/share/doc/ds-reconciler"
  PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ)
file(INSTALL "${CPACK_DSR_CHANGELOG}" DESTINATION "${root}/usr/share/doc/ds-reconciler" RENAME changelog.Debian
  PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ)
execute_process(COMMAND gzip -9nf "${root}/usr/share/doc/ds-reconciler/changelog.Debian"
  "${root}/usr/share/man/man8/ds-reconcilerd.8" COMMAND_ERROR_IS_FATAL ANY)
