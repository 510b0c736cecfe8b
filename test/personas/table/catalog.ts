/** Data sources and what belongs to them. */
export const catalog = `
route                        what it is about      no  dis out ing sub exp own reg APP USR GOV AUD CDS PRJ all
createDataSource             -                     401 401 404 404 404 404 403 ok  403 404 404 404 404 404 403
registerDataSources          -                     401 401 404 404 404 404 403 ok  403 404 404 404 404 404 403
listDataSources              -                     401 401 ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
facetsOfDataSources          -                     401 401 ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok

getDataSource                a data source         401 401 404 ok  ok  ok  ok  404 404 404 ok  404 404 404 ok
getDataSource                a findable one        401 401 ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
getDataSource                a disabled one        401 401 404 404 404 404 ok  404 404 404 404 404 404 404 404
getDataSource                none                  401 401 404 404 404 404 404 404 404 404 404 404 404 404 404
updateDataSource/name        a data source         401 401 404 403 403 403 ok  404 404 404 403 404 404 404 403
updateDataSource/name        a findable one        401 401 403 403 403 403 ok  403 403 403 403 403 403 403 403
updateDataSource/name        a disabled one        401 401 404 404 404 404 ok  404 404 404 404 404 404 404 404
updateDataSource/status      a data source         401 401 404 403 403 403 ok  404 404 404 403 404 404 404 403
updateDataSource/prevented   a data source         401 401 404 403 403 403 ok  404 404 404 403 404 404 404 403
updateDataSource/text        a data source         401 401 404 403 403 ok  ok  404 404 404 403 404 404 404 403
updateDataSource/text        a findable one        401 401 403 403 403 ok  ok  403 403 403 403 403 403 403 403
updateDataSource/text        a disabled one        401 401 404 404 404 404 ok  404 404 404 404 404 404 404 404
deleteDataSource             a data source         401 401 404 403 403 403 ok  404 404 404 403 404 404 404 403
deleteDataSource             a findable one        401 401 403 403 403 403 ok  403 403 403 403 403 403 403 403
deleteDataSource             a disabled one        401 401 404 404 404 404 ok  404 404 404 404 404 404 404 404
listDeletedDataSources       -                     401 401 ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
restoreDataSource            a deleted one         401 401 404 404 404 404 ok  404 ok  404 404 404 404 404 ok
restoreDataSource            a data source         401 401 404 403 403 403 ok  404 404 404 403 404 404 404 403

getDictionary                a data source         401 401 404 ok  ok  ok  ok  404 404 404 ok  404 404 404 ok
getDictionary                a findable one        401 401 403 ok  ok  ok  ok  403 403 403 ok  403 403 403 ok
getDictionary                a disabled one        401 401 404 404 404 404 ok  404 404 404 404 404 404 404 404
updateDictionary             a data source         401 401 404 403 403 ok  ok  404 404 404 403 404 404 404 403
updateDictionary             a findable one        401 401 403 403 403 ok  ok  403 403 403 403 403 403 403 403
updateDictionary             a disabled one        401 401 404 404 404 404 ok  404 404 404 404 404 404 404 404
updateColumn                 a data source         401 401 404 403 403 ok  ok  404 404 404 403 404 404 404 403
updateColumn                 a findable one        401 401 403 403 403 ok  ok  403 403 403 403 403 403 403 403
updateColumn                 a disabled one        401 401 404 404 404 404 ok  404 404 404 404 404 404 404 404
replaceDictionary            one without SQL       401 401 404 404 404 404 ok  404 404 404 403 404 404 404 403
replaceDictionary            a data source         401 401 404 403 403 422 422 404 404 404 403 404 404 404 403  dictionary-from-remote
replaceDictionary            a findable one        401 401 403 403 403 422 422 403 403 403 403 403 403 403 403  dictionary-from-remote
replaceDictionary            a disabled one        401 401 404 404 404 404 422 404 404 404 404 404 404 404 404  dictionary-from-remote
analyzeDataSource            a data source         401 401 404 403 ok  ok  ok  404 404 404 403 404 404 404 403
analyzeDataSource            a findable one        401 401 403 403 ok  ok  ok  403 403 403 403 403 403 403 403
analyzeDataSource            a disabled one        401 401 404 404 404 404 ok  404 404 404 404 404 404 404 404
listDocumentationVersions    a data source         401 401 404 ok  ok  ok  ok  404 404 404 ok  404 404 404 ok
listDocumentationVersions    a findable one        401 401 403 ok  ok  ok  ok  403 403 403 ok  403 403 403 ok
listDocumentationVersions    a disabled one        401 401 404 404 404 404 ok  404 404 404 404 404 404 404 404
restoreDocumentation         a data source         401 401 404 403 403 ok  ok  404 404 404 403 404 404 404 403
restoreDocumentation         a findable one        401 401 403 403 403 ok  ok  403 403 403 403 403 403 403 403
restoreDocumentation         a disabled one        401 401 404 404 404 404 ok  404 404 404 404 404 404 404 404

runChecks                    a data source         401 401 404 403 403 ok  ok  404 404 404 403 404 404 404 403
runChecks                    a findable one        401 401 403 403 403 ok  ok  403 403 403 403 403 403 403 403
runChecks                    a disabled one        401 401 404 404 404 404 ok  404 404 404 404 404 404 404 404
runFingerprint               a data source         401 401 404 403 403 403 ok  404 404 404 403 404 404 404 403
runFingerprint               a findable one        401 401 403 403 403 403 ok  403 403 403 403 403 403 403 403
runFingerprint               a disabled one        401 401 404 404 404 404 ok  404 404 404 404 404 404 404 404
listStatisticsHistory        a data source         401 401 404 ok  ok  ok  ok  404 404 404 ok  404 404 404 ok
listStatisticsHistory        a findable one        401 401 403 ok  ok  ok  ok  403 403 403 ok  403 403 403 ok
listStatisticsHistory        a disabled one        401 401 404 404 404 404 ok  404 404 404 404 404 404 404 404
listActivity                 a data source         401 401 404 403 403 403 ok  404 404 404 ok  ok  404 404 ok
listActivity                 a findable one        401 401 403 403 403 403 ok  403 403 403 ok  ok  403 403 ok
listActivity                 a disabled one        401 401 404 404 404 404 ok  404 404 404 404 404 404 404 404

listQueries                  a data source         401 401 404 ok  ok  ok  ok  404 404 404 ok  404 404 404 ok
listQueries                  a findable one        401 401 403 ok  ok  ok  ok  403 403 403 ok  403 403 403 ok
listQueries                  a disabled one        401 401 404 404 404 404 ok  404 404 404 404 404 404 404 404
getQuery                     a data source         401 401 404 ok  ok  ok  ok  404 404 404 ok  404 404 404 ok
getQuery                     a findable one        401 401 403 ok  ok  ok  ok  403 403 403 ok  403 403 403 ok
getQuery                     a disabled one        401 401 404 404 404 404 ok  404 404 404 404 404 404 404 404
createQuery                  a data source         401 401 404 403 403 403 ok  404 404 404 403 404 404 404 403
createQuery                  a findable one        401 401 403 403 403 403 ok  403 403 403 403 403 403 403 403
createQuery                  a disabled one        401 401 404 404 404 404 ok  404 404 404 404 404 404 404 404
updateQuery                  a data source         401 401 404 403 403 403 ok  404 404 404 403 404 404 404 403
updateQuery                  a findable one        401 401 403 403 403 403 ok  403 403 403 403 403 403 403 403
updateQuery                  a disabled one        401 401 404 404 404 404 ok  404 404 404 404 404 404 404 404
deleteQuery                  a data source         401 401 404 403 403 403 ok  404 404 404 403 404 404 404 403
deleteQuery                  a findable one        401 401 403 403 403 403 ok  403 403 403 403 403 403 403 403
deleteQuery                  a disabled one        401 401 404 404 404 404 ok  404 404 404 404 404 404 404 404
`;
