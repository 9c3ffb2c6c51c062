"""What the Lambda function `helpers/lambda_to_athena_query.py` is made of. Standard library and boto3 only.

settings     the environment variables, validated once
parameters   typed values, checked and written as SQL literals
queries      the allow-list: a name, its SQL, its parameters
requests     any event → which named query, with which parameters, or why not
athena       start, wait, stop, read, inside the time that Lambda leaves
values       Athena's texts → JSON values by column type
replies      status and JSON body, the log's lines, the notification
package      the archive to deploy
"""
