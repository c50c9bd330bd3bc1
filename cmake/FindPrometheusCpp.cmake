# SPDX-License-Identifier: Apache-2.0
# Defines PrometheusCpp::core. The package's own file is not used: it requires civetweb and libcurl, which only its
# HTTP server and its push client need.
find_path(PROMETHEUS_CPP_INCLUDE_DIR prometheus/registry.h)
find_library(PROMETHEUS_CPP_CORE_LIBRARY prometheus-cpp-core)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(PrometheusCpp REQUIRED_VARS PROMETHEUS_CPP_CORE_LIBRARY PROMETHEUS_CPP_INCLUDE_DIR)
if(PrometheusCpp_FOUND AND NOT TARGET PrometheusCpp::core)
  add_library(PrometheusCpp::core UNKNOWN IMPORTED)
  set_target_properties(PrometheusCpp::core PROPERTIES IMPORTED_LOCATION "${PROMETHEUS_CPP_CORE_LIBRARY}"
    INTERFACE_INCLUDE_DIRECTORIES "${PROMETHEUS_CPP_INCLUDE_DIR}")
endif()
mark_as_advanced(PROMETHEUS_CPP_INCLUDE_DIR PROMETHEUS_CPP_CORE_LIBRARY)
