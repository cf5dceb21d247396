module example.org/parcels/dispatch

go 1.22

require gorm.io/gorm v1.25.12
