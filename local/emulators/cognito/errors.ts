/** An error that the Cognito API answers with; `type` is the exception's name, as the SDK reports it. */
export class CognitoError extends Error {
  readonly type: string
  constructor(type: string, message: string) {
    super(message)
    this.type = type
  }
}

export const wrongPassword = (): CognitoError =>
  new CognitoError('NotAuthorizedException', 'Incorrect username or password.')

export const userDisabled = (): CognitoError =>
  new CognitoError('NotAuthorizedException', 'User is disabled.')

export const notAuthorized = (message: string): CognitoError =>
  new CognitoError('NotAuthorizedException', message)

export const userNotFound = (): CognitoError =>
  new CognitoError('UserNotFoundException', 'User does not exist.')

export const resourceNotFound = (message: string): CognitoError =>
  new CognitoError('ResourceNotFoundException', message)

export const invalidParameter = (message: string): CognitoError =>
  new CognitoError('InvalidParameterException', message)
