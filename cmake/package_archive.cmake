# SPDX-License-Identifier: Apache-2.0
# Run by cpack on the packages that it made: packs a Debian package's three members again, because their modes depend on the umask
# of the user who packs. ar's D: the same modes and times for everybody.
list(FILTER CPACK_PACKAGE_FILES INCLUDE REGEX "\\.deb$")
foreach(package IN LISTS CPACK_PACKAGE_FILES)
  set(members "${package}.members")
  file(MAKE_DIRECTORY "${members}")
  execute_process(COMMAND ar x "${package}" WORKING_DIRECTORY "${members}" COMMAND_ERROR_IS_FATAL ANY)
  file(REMOVE "${package}")
  execute_process(COMMAND ar qcSD "${package}" debian-binary control.tar.gz data.tar.xz
    WORKING_DIRECTORY "${members}" COMMAND_ERROR_IS_FATAL ANY)
  file(REMOVE_RECURSE "${members}")
endforeach()
