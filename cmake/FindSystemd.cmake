# SPDX-License-Identifier: Apache-2.0
# Finds libsystemd, for which Debian ships no CMake package. Defines the target Systemd::systemd.
find_path(Systemd_INCLUDE_DIR systemd/sd-journal.h)
find_library(Systemd_LIBRARY systemd)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(Systemd REQUIRED_VARS Systemd_LIBRARY Systemd_INCLUDE_DIR)
if(Systemd_FOUND AND NOT TARGET Systemd::systemd)
  add_library(Systemd::systemd UNKNOWN IMPORTED)
  set_target_properties(Systemd::systemd PROPERTIES
    IMPORTED_LOCATION "${Systemd_LIBRARY}"
    INTERFACE_INCLUDE_DIRECTORIES "${Systemd_INCLUDE_DIR}")
endif()
