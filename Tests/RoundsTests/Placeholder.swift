// Filled with the driver.
