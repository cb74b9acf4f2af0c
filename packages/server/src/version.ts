/** The version of the package, as the API description and the command line tell it. */
export const version = "0.1.0";
