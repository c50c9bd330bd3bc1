# SPDX-License-Identifier: Apache-2.0
# Read by cpack before it packs: no time of day gets into the package. Needs dpkg-dev.
execute_process(COMMAND dpkg-parsechangelog -l "${CPACK_DSR_CHANGELOG}" -S Timestamp
  OUTPUT_VARIABLE timestamp OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND dpkg-parsechangelog -l "${CPACK_DSR_CHANGELOG}" -S Version
  OUTPUT_VARIABLE version OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
if(NOT version STREQUAL "${CPACK_PACKAGE_VERSION}-1")
  message(FATAL_ERROR "${CPACK_DSR_CHANGELOG} begins with version ${version}, but this is "
    "${CPACK_PACKAGE_VERSION}-1: add an entry for it")
endif()
if(NOT DEFINED ENV{SOURCE_DATE_EPOCH})
  set(ENV{SOURCE_DATE_EPOCH} "${timestamp}")
endif()
