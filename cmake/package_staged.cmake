# SPDX-License-Identifier: Apache-2.0
# Run by cpack on what is about to be packed: what the policies of Debian and Fedora require and a
# plain installation does not need.
set(man "${CPACK_TEMPORARY_INSTALL_DIRECTORY}/usr/share/man/man8/ds-reconcilerd.8")
execute_process(COMMAND gzip -9nf "${man}" COMMAND_ERROR_IS_FATAL ANY)
if(CPACK_GENERATOR STREQUAL "DEB")
  set(doc "${CPACK_TEMPORARY_INSTALL_DIRECTORY}/usr/share/doc/ds-reconciler")
  file(COPY_FILE "${CPACK_DSR_COPYRIGHT}" "${doc}/copyright")
  file(COPY_FILE "${CPACK_DSR_CHANGELOG}" "${doc}/changelog.Debian")
  file(CHMOD "${doc}/copyright" "${doc}/changelog.Debian" PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ)
  execute_process(COMMAND gzip -9nf "${doc}/changelog.Debian" COMMAND_ERROR_IS_FATAL ANY)
endif()

# The modes of folders depend on the umask of the user who packs, because CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
# has no effect with CPACK_SET_DESTDIR. Only the folder of secrets is private.
file(GLOB_RECURSE staged LIST_DIRECTORIES true "${CPACK_TEMPORARY_INSTALL_DIRECTORY}/*")
foreach(path IN LISTS staged)
  if(IS_DIRECTORY "${path}" AND NOT path MATCHES "/credentials$")
    file(CHMOD "${path}" PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
  endif()
endforeach()
