/** Connections, jobs, upkeep, dbt Cloud. */
export const operations = `
route                        what it is about      no  dis out ing sub exp own reg APP USR GOV AUD CDS PRJ all
createConnection             -                     401 401 403 403 403 403 403 ok  403 403 403 403 ok  403 ok
listConnections              -                     401 401 ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
getConnection                a connection          401 401 404 404 404 404 ok  ok  ok  404 404 404 404 404 ok
updateConnection             a connection          401 401 404 404 404 404 ok  403 403 404 404 404 404 404 403
deleteConnection             a connection          401 401 404 404 404 404 409 403 403 404 404 404 404 404 403  connection-in-use
testConnection               a connection          401 401 404 404 404 404 ok  403 403 404 404 404 404 404 403
deleteConnection             an empty con.         401 401 404 404 404 404 ok  404 403 404 404 404 404 404 403
listTables                   a connection          401 401 404 404 404 404 403 ok  403 404 404 404 404 404 403
listConnectionMembers        a connection          401 401 404 404 404 404 ok  ok  ok  404 404 404 404 404 ok
addConnectionMember          a connection          401 401 404 404 404 404 ok  403 403 404 404 404 404 404 403
addConnectionMember          an ownerless con.     401 401 404 404 404 404 404 404 ok  404 404 404 404 404 ok
removeConnectionMember       a connection          401 401 404 404 404 404 ok  403 403 404 404 404 404 404 403

listJobs                     -                     401 401 ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
getJob                       a job of a source     401 401 404 ok  ok  ok  ok  404 ok  404 ok  404 404 404 ok
getJob                       of a findable source  401 401 404 ok  ok  ok  ok  404 ok  404 ok  404 404 404 ok
getJob                       of a disabled source  401 401 404 404 404 404 ok  404 ok  404 404 404 404 404 ok
getJob                       of a connection       401 401 404 404 404 404 ok  ok  ok  404 404 404 404 404 ok
getJob                       of an integration     401 401 404 404 404 404 ok  404 ok  404 404 404 404 404 ok
getJob                       of a provider         401 401 404 404 404 404 404 404 ok  404 404 404 404 404 ok
getJob                       of the catalog        401 401 404 404 404 404 404 404 ok  404 404 404 404 404 ok
getJob                       out's own             401 401 ok  404 404 404 404 404 ok  404 404 404 404 404 ok
getJobReport                 a job of a source     401 401 404 ok  ok  ok  ok  404 ok  404 ok  404 404 404 ok
getJobReport                 of a findable source  401 401 404 ok  ok  ok  ok  404 ok  404 ok  404 404 404 ok
getJobReport                 of a disabled source  401 401 404 404 404 404 ok  404 ok  404 404 404 404 404 ok
getJobReport                 of a connection       401 401 404 404 404 404 ok  ok  ok  404 404 404 404 404 ok
getJobReport                 of an integration     401 401 404 404 404 404 ok  404 ok  404 404 404 404 404 ok
getJobReport                 of a provider         401 401 404 404 404 404 404 404 ok  404 404 404 404 404 ok
getJobReport                 of the catalog        401 401 404 404 404 404 404 404 ok  404 404 404 404 404 ok
getJobReport                 out's own             401 401 ok  404 404 404 404 404 ok  404 404 404 404 404 ok
retryJob                     a job of a source     401 401 404 403 403 403 ok  404 ok  404 403 404 404 404 ok
retryJob                     of a findable source  401 401 404 403 403 403 ok  404 ok  404 403 404 404 404 ok
retryJob                     of a disabled source  401 401 404 404 404 404 ok  404 ok  404 404 404 404 404 ok
retryJob                     of a connection       401 401 404 404 404 404 ok  403 ok  404 404 404 404 404 ok
retryJob                     of an integration     401 401 404 404 404 404 ok  404 ok  404 404 404 404 404 ok
retryJob                     of a provider         401 401 404 404 404 404 404 404 ok  404 404 404 404 404 ok
retryJob                     of the catalog        401 401 404 404 404 404 404 404 ok  404 404 404 404 404 ok
retryJob                     out's own             401 401 ok  404 404 404 404 404 ok  404 404 404 404 404 ok
approveJob                   a job of a source     401 401 404 403 403 403 ok  404 ok  404 403 404 404 404 ok
approveJob                   of a findable source  401 401 404 403 403 403 ok  404 ok  404 403 404 404 404 ok
approveJob                   of a disabled source  401 401 404 404 404 404 ok  404 ok  404 404 404 404 404 ok
approveJob                   of a connection       401 401 404 404 404 404 ok  403 ok  404 404 404 404 404 ok
approveJob                   of an integration     401 401 404 404 404 404 ok  404 ok  404 404 404 404 404 ok
approveJob                   of a provider         401 401 404 404 404 404 404 404 ok  404 404 404 404 404 ok
approveJob                   of the catalog        401 401 404 404 404 404 404 404 ok  404 404 404 404 404 ok
approveJob                   out's own             401 401 ok  404 404 404 404 404 ok  404 404 404 404 404 ok
cancelJob                    a job of a source     401 401 404 403 403 403 ok  404 ok  404 403 404 404 404 ok
cancelJob                    of a findable source  401 401 404 403 403 403 ok  404 ok  404 403 404 404 404 ok
cancelJob                    of a disabled source  401 401 404 404 404 404 ok  404 ok  404 404 404 404 404 ok
cancelJob                    of a connection       401 401 404 404 404 404 ok  403 ok  404 404 404 404 404 ok
cancelJob                    of an integration     401 401 404 404 404 404 ok  404 ok  404 404 404 404 404 ok
cancelJob                    of a provider         401 401 404 404 404 404 404 404 ok  404 404 404 404 404 ok
cancelJob                    of the catalog        401 401 404 404 404 404 404 404 ok  404 404 404 404 404 ok
cancelJob                    out's own             401 401 ok  404 404 404 404 404 ok  404 404 404 404 404 ok
checkTable                   -                     401 401 403 403 403 403 403 403 ok  403 403 403 403 403 ok
rebuildCatalog               -                     401 401 403 403 403 403 403 403 ok  403 403 403 403 403 ok

createIntegration            -                     401 401 403 403 403 403 403 403 ok  403 403 403 403 403 ok
createIntegration/with con.  -                     401 401 403 403 403 403 403 403 403 403 403 403 403 403 403
listIntegrations             -                     401 401 ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
getIntegration               an integration        401 401 404 404 404 404 ok  404 ok  404 404 404 404 404 ok
updateIntegration            an integration        401 401 404 404 404 404 ok  404 ok  404 404 404 404 404 ok
deleteIntegration            an integration        401 401 404 404 404 404 ok  404 ok  404 404 404 404 404 ok
syncIntegration              an integration        401 401 404 404 404 404 ok  404 ok  404 404 404 404 404 ok
listDbtRuns                  an integration        401 401 404 404 404 404 ok  404 ok  404 404 404 404 404 ok
receiveDbtWebhook            an integration        401 401 401 401 401 401 401 401 401 401 401 401 401 401 401
receiveDbtWebhook/signed     an integration        ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
receiveDbtWebhook/signed     none                  401 401 401 401 401 401 401 401 401 401 401 401 401 401 401
`;
