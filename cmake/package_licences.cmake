# SPDX-License-Identifier: Apache-2.0
# Run by an installation with DSR_BUNDLE: puts the licences of what comes along into ${docdir}/licences, with SOURCES, the
# Debian source packages of the libraries in ${bundle}.
file(GLOB_RECURSE libraries RELATIVE "${bundle}" "${bundle}/*.so*")
set(packages nlohmann-json3-dev libcli11-dev)
foreach(library IN LISTS libraries ITEMS boost/version.hpp)
  execute_process(COMMAND dpkg-query -S "*/${library}" OUTPUT_VARIABLE owner COMMAND_ERROR_IS_FATAL ANY)
  string(REGEX MATCH "^[^:\n]+" owner "${owner}")
  list(APPEND packages "${owner}")
endforeach()
list(REMOVE_DUPLICATES packages)
foreach(package IN LISTS packages)
  execute_process(COMMAND dpkg-query -W -f "\${source:Package} \${source:Version}" "${package}"
    OUTPUT_VARIABLE source COMMAND_ERROR_IS_FATAL ANY)
  list(APPEND sources "${source}")
  string(REGEX REPLACE " .*" "" source "${source}")
  file(MAKE_DIRECTORY "${docdir}/licences/${source}")
  file(COPY_FILE "/usr/share/doc/${package}/copyright" "${docdir}/licences/${source}/copyright")
endforeach()
file(COPY /usr/share/common-licenses DESTINATION "${docdir}/licences")
list(REMOVE_DUPLICATES sources)
list(SORT sources)
list(JOIN sources "\n" sources)
file(WRITE "${docdir}/licences/SOURCES" "The libraries are Debian's, unchanged, built from these source packages:\n${sources}\n")
file(CHMOD "${docdir}/licences/SOURCES" PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ) # whatever the umask
