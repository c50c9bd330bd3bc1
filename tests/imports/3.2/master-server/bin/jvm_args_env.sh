# SPDX-License-Identifier: Apache-2.0

-Xms4g
-Duser.timezone=${SPRING_JACKSON_TIME_ZONE}
