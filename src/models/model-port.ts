/** Port of every model server. */
export const MODEL_PORT = 8080;
